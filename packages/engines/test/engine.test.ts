import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkEngineConfig, startEngine } from '../src/index.ts';
import { fixture, haproxyConfig, listen, stopAfterTest, temporaryDirectory } from './processes.ts';

const edgeProxyEntry = fixture('edge-proxy.mjs');

async function fileOf(content: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'config');
  await writeFile(file, content);
  return file;
}

describe('startEngine', () => {
  it('runs the edge proxy on its configuration', async () => {
    const { log, line } = listen();
    const configFile = await fileOf('{"port":0}');
    stopAfterTest(await startEngine({ engine: 'fastify', name: 'edge', configFile, edgeProxyEntry, log }));
    expect(await line(/^serving/)).toBe('serving {"port":0}');
  });
});

describe('checkEngineConfig', () => {
  it('accepts what haproxy accepts', async () => {
    const { file } = await haproxyConfig();
    expect(await checkEngineConfig({ engine: 'haproxy', configFile: file, edgeProxyEntry })).toEqual({
      ok: true,
    });
  });

  it('rejects what haproxy rejects, in its words', async () => {
    const configFile = await fileOf('frontend edge\n  blind :80\n');
    const checked = await checkEngineConfig({ engine: 'haproxy', configFile, edgeProxyEntry });
    expect(checked).toEqual({ ok: false, output: expect.stringContaining("unknown keyword 'blind'") });
  });

  it('accepts what the edge proxy accepts', async () => {
    const configFile = await fileOf('{}');
    expect(await checkEngineConfig({ engine: 'fastify', configFile, edgeProxyEntry })).toEqual({ ok: true });
  });

  it('rejects what the edge proxy rejects, in its words', async () => {
    const configFile = await fileOf('{');
    const checked = await checkEngineConfig({ engine: 'fastify', configFile, edgeProxyEntry });
    expect(checked).toEqual({ ok: false, output: `EDGE_PROXY_CONFIG ${configFile} is not JSON` });
  });
});
