import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findHaproxy, startEngine } from '../src/index.ts';
import {
  childrenOf,
  get,
  groupOf,
  haproxyConfig,
  listen,
  stopAfterTest,
  temporaryDirectory,
  untilGone,
  untilServing,
  untilStopped,
} from './processes.ts';

const start = async (configFile: string, log: (line: string) => void = () => {}) =>
  stopAfterTest(
    await startEngine({ engine: 'haproxy', name: 'haproxy', configFile, edgeProxyEntry: '', log }),
  );

/** An upstream that answers when told to. */
async function slowUpstream(socket: string) {
  const server = createServer();
  server.listen(socket);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = once(server, 'request').then(([, response]): ServerResponse => response);
  return { request };
}

describe('findHaproxy', () => {
  it('says how to install what is missing', async () => {
    const directory = await temporaryDirectory();
    expect(() => findHaproxy([directory])).toThrowError(
      expect.objectContaining({
        code: 'ENGINES_HAPROXY_MISSING',
        message: `cannot find haproxy in ${directory}`,
        hint: 'apt-get install haproxy',
      }),
    );
  });

  it('takes the first one of the path that can be run', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'haproxy'), '', { mode: 0o755 });
    expect(findHaproxy(['/nowhere', directory])).toBe(join(directory, 'haproxy'));
  });
});

describe('haproxy as an engine', () => {
  it("is known by the pid of haproxy's master, in a group apart from ours", async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await untilServing(socket);
    const guardian = await groupOf(engine.pid);
    expect(await childrenOf(guardian)).toEqual([engine.pid]);
    expect(await childrenOf(process.pid)).toContain(guardian);
    const workers = await childrenOf(engine.pid);
    expect(await Promise.all(workers.map(groupOf))).toEqual([guardian]);
  });

  it('ends with exit code and reason when the configuration is wrong', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'haproxy.cfg');
    await writeFile(file, 'frontend edge\n  blind :80\n');
    const { log, lines } = listen();
    const engine = await start(file, log);
    expect(await engine.exited).toEqual({ code: 1, signal: null });
    expect(lines.join('\n')).toContain("unknown keyword 'blind' in 'frontend' section");
  });

  it('ends as haproxy did, workers included', async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await untilServing(socket);
    const workers = await childrenOf(engine.pid);
    process.kill(engine.pid, 'SIGKILL');
    expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await Promise.all(workers.map(untilGone));
  });

  it('ends when its worker does', async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await untilServing(socket);
    for (const worker of await childrenOf(engine.pid)) process.kill(worker, 'SIGKILL');
    expect(await engine.exited).toEqual({ code: 128 + 9, signal: null });
  });

  it('stands still with its worker when it is frozen', async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await untilServing(socket);
    const all = [engine.pid, ...(await childrenOf(engine.pid))];
    expect(all).toHaveLength(2);
    await engine.freeze();
    await Promise.all(all.map(untilStopped));
    engine.thaw();
    await untilServing(socket);
    await engine.freeze();
    await Promise.all(all.map(untilStopped));
    await engine.stop();
    await Promise.all(all.map(untilGone));
  });

  it('passes signals to haproxy', async () => {
    const { file } = await haproxyConfig();
    const { log, line } = listen();
    const engine = await start(file, log);
    await line(/Loading success/);
    // Any other is haproxy's to make something of.
    engine.signal('SIGKILL');
    expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('finishes what it began even when it is stopped at once', async () => {
    const { file } = await haproxyConfig();
    const engine = await start(file);
    await engine.stop();
    expect(await engine.exited).toEqual({ code: 0, signal: null });
  });

  it('is killed when its guardian was', async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await untilServing(socket);
    process.kill(await groupOf(engine.pid), 'SIGKILL');
    expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await untilGone(engine.pid);
  });

  it('finishes an open request when stopped, and takes no new one', async () => {
    const { file, socket, upstream } = await haproxyConfig();
    const { request } = await slowUpstream(upstream);
    const { log, line } = listen();
    const engine = await start(file, log);
    await untilServing(socket);
    const open = get(socket, '/slow');
    const response = await request;
    const stopped = engine.stop({ graceMs: 20_000 });
    await line(/Proxy edge stopped|Stopping frontend edge/);
    await expect(get(socket, '/healthz')).rejects.toThrow();
    response.end('late, but complete');
    expect(await open).toBe(200);
    await stopped;
    expect(await engine.exited).toEqual({ code: 0, signal: null });
  });

  it('is killed when an open request does not end in time', async () => {
    const { file, socket, upstream } = await haproxyConfig();
    const { request } = await slowUpstream(upstream);
    const engine = await start(file);
    await untilServing(socket);
    const open = get(socket, '/slow').catch(() => 'cut off');
    await request;
    await engine.stop({ graceMs: 200 });
    expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await untilGone(engine.pid);
    expect(await open).toBe('cut off');
  });
});
