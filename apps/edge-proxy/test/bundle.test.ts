import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OWN_API, temporaryFolder, writeMaterials } from './support/certificates.ts';
import { ask } from './support/client.ts';
import { edgeConfig } from './support/edge.ts';
import { startNameServer } from './support/name-server.ts';
import { run, start } from './support/process.ts';
import { startUpstream } from './support/upstream.ts';

it('builds one file that needs nothing beside it', async () => {
  const [out, elsewhere, folder] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const build = join(import.meta.dirname, '../build.ts');
  expect(await run([build, '--out', out])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^built edge-proxy: \d+ KB\n$/),
    stderr: '',
  });
  const bundle = join(out, 'main.mjs');
  const upstream = await startUpstream(OWN_API);
  const names = await startNameServer({ [OWN_API]: ['127.0.0.1'] });
  const config = join(folder, 'edge-proxy.json');
  writeFileSync(config, JSON.stringify(edgeConfig([upstream], writeMaterials(folder), names.address)));

  expect(await run([bundle, '--config', config, '--check'], elsewhere)).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  const proxy = await start([bundle, '--config', config], elsewhere);
  expect(await ask(proxy)).toMatchObject({ status: 200, headers: { 'x-edge-engine': 'fastify' } });
  proxy.signal('SIGTERM');

  expect(await proxy.exited).toEqual({ code: 0, signal: null });
  expect(existsSync(`${bundle}.map`)).toBe(true);
});
