import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OWN_API, temporaryFolder, writeMaterials } from './support/certificates.ts';
import { ask, refused } from './support/client.ts';
import { configFor, MAIN, writeConfig } from './support/configuration.ts';
import { eventually } from './support/eventually.ts';
import { run, start } from './support/process.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

it('accepts a good configuration with --check', async () => {
  const file = writeConfig(await configFor({ hostname: OWN_API, port: 443 }));

  expect(await run([MAIN, '--config', file, '--check'])).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('reports every problem of a configuration with --check, and no stack trace', async () => {
  const config = await configFor(
    { hostname: OWN_API, port: 99_999 },
    { region: 'us-esat-1', acceptedHosts: [], drain: -1, surprise: true },
  );
  const file = writeConfig(config);

  const { code, stdout, stderr } = await run([MAIN, '--config', file, '--check']);

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const lines = stderr.split('\n').filter((line) => line.startsWith(file));
  expect(lines.map((line) => line.slice(file.length + 2)).sort()).toEqual([
    expect.stringMatching(/^EDGE_PROXY_CONFIG_INVALID acceptedHosts: /),
    expect.stringMatching(/^EDGE_PROXY_CONFIG_INVALID drain: /),
    expect.stringMatching(/^EDGE_PROXY_CONFIG_INVALID region: not an aws region$/),
    expect.stringMatching(/^EDGE_PROXY_CONFIG_INVALID the file: unrecognized key: "surprise"$/),
    expect.stringMatching(/^EDGE_PROXY_CONFIG_INVALID upstreams\[0\]\.port: /),
  ]);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

it('reports every file that the configuration names in vain', async () => {
  const folder = temporaryFolder();
  const empty = join(folder, 'empty.pem');
  writeFileSync(empty, '');
  const { originCa } = writeMaterials(folder);
  const config = await configFor({ hostname: OWN_API, port: 443 });

  const missing = writeConfig({ ...config, certificate: join(folder, 'gone.pem'), originCa: empty });
  const keyless = writeConfig({ ...config, certificate: originCa });

  const first = await run([MAIN, '--config', missing, '--check']);
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(
    /EDGE_PROXY_FILE_UNREADABLE certificate: ENOENT[\s\S]*EDGE_PROXY_ORIGIN_CA_INVALID originCa: /,
  );
  expect(await run([MAIN, '--config', keyless, '--check'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('EDGE_PROXY_CERTIFICATE_INVALID certificate: '),
  });
});

it('says that a configuration is missing, or no JSON', async () => {
  const broken = join(temporaryFolder(), 'edge-proxy.json');
  writeFileSync(broken, '{');

  expect(await run([MAIN, '--config', '/nowhere/edge-proxy.json'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^\/nowhere\/edge-proxy\.json: EDGE_PROXY_FILE_UNREADABLE ENOENT/),
  });
  expect(await run([MAIN, '--config', broken])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('EDGE_PROXY_CONFIG_INVALID'),
  });
});

it('ends with 2 and its usage when it is misused, and prints the usage when asked', async () => {
  for (const args of [[], ['--confg', 'x'], ['--check'], ['extra']]) {
    expect(await run([MAIN, ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^edge-proxy: .+\n\nusage: edge-proxy --config FILE/),
    });
  }
  expect(await run([MAIN, '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^usage: /),
    stderr: '',
  });
});

it('says in one line that its port is taken', async () => {
  const upstream = await startUpstream(OWN_API);
  const config = await configFor(upstream, { bind: { address: '127.0.0.1', port: upstream.port } });

  const { code, stderr } = await run([MAIN, '--config', writeConfig(config)]);

  expect(code).toBe(1);
  expect(stderr).toMatch(/EDGE_PROXY_LISTEN_FAILED listen EADDRINUSE[^\n]+\n {2}stop what holds the address/);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'finishes a request in flight on %s, then exits with 0',
  async (signal) => {
    const held = Promise.withResolvers<() => void>();
    const upstream = await startUpstream(OWN_API, (_request, response) =>
      held.resolve(() => response.end('done')),
    );
    const proxy = await start([MAIN, '--config', writeConfig(await configFor(upstream))]);
    const inFlight = ask(proxy);
    const finish = await held.promise;

    proxy.signal(signal);
    await refused(proxy);
    finish();

    expect(await inFlight).toMatchObject({ status: 200, body: 'done' });
    expect(await proxy.exited).toEqual({ code: 0, signal: null });
  },
);

it('drains on SIGUSR2: unhealthy at once, serving for a while, then gone', async () => {
  const upstream = await startUpstream(OWN_API);
  const proxy = await start([MAIN, '--config', writeConfig(await configFor(upstream, { drain: 1 }))]);
  expect(await ask(proxy, { path: '/healthz' })).toMatchObject({ status: 200 });

  proxy.signal('SIGUSR2');

  await eventually(async () => expect(await ask(proxy, { path: '/healthz' })).toMatchObject({ status: 503 }));
  expect(await ask(proxy)).toMatchObject({ status: 200 });
  expect(await proxy.exited).toEqual({ code: 0, signal: null });
});

it('starts while its upstream is down, and says so by its health check', async () => {
  const config = await configFor({ hostname: OWN_API, port: await closedPort() });
  const proxy = await start([MAIN, '--config', writeConfig(config)]);

  await eventually(async () => expect(await ask(proxy, { path: '/healthz' })).toMatchObject({ status: 503 }));
});
