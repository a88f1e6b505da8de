import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OWN_API } from './support/certificates.ts';
import { ask, refused } from './support/client.ts';
import { configFor, MAIN, writeConfig } from './support/configuration.ts';
import { eventually } from './support/eventually.ts';
import { startLoad } from './support/load.ts';
import { type Running, run, start } from './support/process.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

const startWorkers = async (changes: object = {}, upstream = startUpstream(OWN_API)) =>
  start([MAIN, '--config', writeConfig(await configFor(await upstream, { workers: 2, ...changes }))]);

const workersOf = ({ log }: Running): number[] =>
  log.flatMap(({ msg, pid }) => (msg === 'worker serves' ? [Number(pid)] : []));

const isGone = (pid: number): boolean => {
  try {
    // A zombie is as good as gone: its parent has yet to ask for it.
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

it('serves by several workers on one port, and closes all of it on SIGTERM', async () => {
  const proxy = await startWorkers();
  const workers = workersOf(proxy);

  expect(workers).toHaveLength(2);
  for (let count = 0; count < 10; count += 1) expect(await ask(proxy)).toMatchObject({ status: 200 });
  proxy.signal('SIGTERM');

  expect(await proxy.exited).toEqual({ code: 0, signal: null });
  await refused(proxy);
  expect(workers.every(isGone)).toBe(true);
});

it('finishes what every worker has in flight when it stops', async () => {
  const held: (() => void)[] = [];
  const proxy = await startWorkers(
    {},
    startUpstream(OWN_API, (_request, response) => void held.push(() => response.end('done'))),
  );
  const inFlight = Array.from({ length: 8 }, () => ask(proxy));
  await eventually(() => expect(held).toHaveLength(8));

  proxy.signal('SIGTERM');
  await refused(proxy);
  for (const finish of held) finish();

  for (const { status, headers } of await Promise.all(inFlight))
    expect({ status, connection: headers.connection }).toEqual({ status: 200, connection: 'close' });
  expect(await proxy.exited).toEqual({ code: 0, signal: null });
});

it('replaces a worker that was killed, and loses no request of the other', async () => {
  const proxy = await startWorkers();
  const [first = 0, second] = workersOf(proxy);
  const load = startLoad(proxy);
  await eventually(() => expect(load.count).toBeGreaterThan(20));

  process.kill(first, 'SIGKILL');
  await eventually(() => expect(workersOf(proxy)).toHaveLength(3));
  const { count } = load;
  await eventually(() => expect(load.count).toBeGreaterThan(count + 20));
  const failures = await load.stop();

  // Each of the four clients had a connection, and at the most one request on it.
  expect(failures.length).toBeLessThanOrEqual(4);
  expect(failures.filter((failure) => !/socket hang up|ECONNRESET/.test(failure))).toEqual([]);
  expect(proxy.log.find(({ msg }) => msg === 'worker ended')).toMatchObject({
    pid: first,
    signal: 'SIGKILL',
  });
  expect(workersOf(proxy)[2]).not.toBe(second);
});

it('leaves no worker behind when the primary process is killed', async () => {
  const proxy = await startWorkers();

  proxy.signal('SIGKILL');

  await eventually(() => expect(workersOf(proxy).every(isGone)).toBe(true));
});

it('counts a client’s requests over all workers', async () => {
  const proxy = await startWorkers({
    limits: { bodyBytes: 1_024, headerBytes: 9_216, targetBytes: 8_192, connections: 100, clientRate: 1 },
  });

  // New connections each time, so that both workers have their share; they tell each other twice a second.
  await eventually(async () => {
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await ask(proxy)).status));
    expect(new Set(statuses)).toEqual(new Set([429]));
  });
});

it('drains by all workers, then ends', async () => {
  const proxy = await startWorkers({ drain: 1 });

  proxy.signal('SIGUSR2');

  await eventually(async () => {
    const states = await Promise.all(
      Array.from({ length: 8 }, async () => (await ask(proxy, { path: '/healthz' })).status),
    );
    expect(new Set(states)).toEqual(new Set([503]));
  });
  expect(await ask(proxy)).toMatchObject({ status: 200 });
  expect(await proxy.exited).toEqual({ code: 0, signal: null });
});

it('says in one line that its port is taken', async () => {
  const upstream = await startUpstream(OWN_API);
  const config = await configFor(upstream, {
    workers: 2,
    bind: { address: '127.0.0.1', port: upstream.port },
  });

  const { code, stderr } = await run([MAIN, '--config', writeConfig(config)]);

  expect(code).toBe(1);
  expect(stderr).toMatch(/EDGE_PROXY_LISTEN_FAILED [^\n]*EADDRINUSE[^\n]+\n {2}stop what holds the address/);
  expect(stderr.match(/EDGE_PROXY_/g)).toHaveLength(1);
});

it('gives up with a reason where no worker can live', async () => {
  const config = await configFor({ hostname: OWN_API, port: await closedPort() }, { workers: 2 });
  const { code, stderr } = await run([
    '--import',
    'data:text/javascript,import c from "node:cluster"; if (c.isWorker) process.exit(7);',
    MAIN,
    '--config',
    writeConfig(config),
  ]);

  expect(code).toBe(1);
  expect(stderr).toMatch(/EDGE_PROXY_WORKERS_LOST no worker stays alive: 5 starts of each of 2/);
});
