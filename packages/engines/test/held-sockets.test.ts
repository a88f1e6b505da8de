import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenersOf } from '../src/held-listeners.ts';
import { type RunningEngine, startEngine, startNode } from '../src/index.ts';
import { childrenOf, haproxyConfig, listen, stopAfterTest, until, untilStopped } from './processes.ts';

/** A listener whose port is free for now. */
async function portOf(server = createServer()): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

const heldAt = (port: number): string => `bind "\${EDGE_LISTENER-127.0.0.1:${port}}"`;

/** Of a visitor who comes on a new connection. */
function visit(port: number, path = '/healthz'): Promise<number> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    };
    request({ host: '127.0.0.1', port, path, agent: false }, answered).once('error', reject).end();
  });
}

const start = async (configFile: string, log: (line: string) => void = () => {}): Promise<RunningEngine> =>
  stopAfterTest(
    await startEngine({ engine: 'haproxy', name: 'haproxy', configFile, edgeProxyEntry: '', log }),
  );

async function holding() {
  const files = await haproxyConfig();
  const port = await freePort();
  await writeFile(files.file, files.config(heldAt(port)));
  const { log, lines } = listen();
  const engine = await start(files.file, log);
  // Nobody is refused, even before haproxy is there.
  expect(await visit(port)).toBe(200);
  return { ...files, port, engine, lines };
}

/** The worker, once those that a reload has left to finish are gone. */
async function workerOf(engine: RunningEngine): Promise<number> {
  let workers: readonly number[] = [];
  await until('there is one worker', async () => {
    workers = await childrenOf(engine.pid);
    return workers.length === 1;
  });
  return workers[0] ?? 0;
}

/** Stopped first: who comes afterwards must not be accepted by one that dies. */
async function killWorker(engine: RunningEngine): Promise<void> {
  const worker = await workerOf(engine);
  process.kill(worker, 'SIGSTOP');
  await untilStopped(worker);
  process.kill(worker, 'SIGKILL');
}

describe('a haproxy whose socket is held', () => {
  it('is started again when its worker dies, while visitors wait', async () => {
    const { engine, port, lines } = await holding();
    const former = engine.pid;
    for (let count = 0; count < 3; count += 1) {
      await killWorker(engine);
      expect(await Promise.all([visit(port), visit(port)])).toEqual([200, 200]);
    }
    expect(engine.pid).not.toBe(former);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^haproxy lost its worker \(137\) and is started again in \d+ ms, while visitors wait$/,
      ),
    );
  });

  it('keeps the socket across a reload, which serves by the new configuration', async () => {
    const { engine, port, file, config } = await holding();
    await writeFile(file, config(`${heldAt(port)}\n  http-request return status 418 if { path /teapot }`));
    await engine.reload();
    expect(await visit(port, '/teapot')).toBe(418);
    await killWorker(engine);
    expect(await visit(port, '/teapot')).toBe(418);
  });

  it('goes on draining when its worker dies', async () => {
    const { engine, port } = await holding();
    await engine.drain();
    expect(await visit(port)).toBe(503);
    await killWorker(engine);
    expect(await visit(port)).toBe(503);
  });

  it('forgets with its worker what a reload has handed on, wherever that stood', async () => {
    const { engine, port, file, config } = await holding();
    const text = config(heldAt(port));
    await writeFile(file, text.replace('servers.state', 'elsewhere.state'));
    await engine.reload();
    const state = join(dirname(file), 'elsewhere.state');
    expect(await readFile(state, 'utf8')).toContain('flag');
    await killWorker(engine);
    expect(await visit(port)).toBe(200);
    expect(await readFile(state, 'utf8')).toBe('1\n');
  });

  it('leaves when it was asked to, even if its worker dies meanwhile', async () => {
    const { engine, port, upstream, lines } = await holding();
    const server = createHttpServer();
    server.listen(upstream);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const asked = once(server, 'request');
    const cut = visit(port, '/slow').catch(() => 'cut off');
    await asked;
    const [worker = 0] = await childrenOf(engine.pid);
    const stopped = engine.stop({ graceMs: 20_000 });
    await until('it leaves', async () =>
      lines.some((line) => /Proxy edge stopped|Stopping frontend/.test(line)),
    );
    process.kill(worker, 'SIGKILL');
    await stopped;
    expect(await engine.exited).toEqual({ code: 137, signal: null });
    expect(await cut).toBe('cut off');
  });

  it('stays frozen when its worker dies', async () => {
    const { engine, port } = await holding();
    const worker = await workerOf(engine);
    process.kill(worker, 'SIGKILL');
    await engine.freeze();
    await untilStopped(engine.pid);
    const answered = visit(port);
    const first = await Promise.race([answered, sleep(300, 'nobody')]);
    expect(first).toBe('nobody');
    engine.thaw();
    expect(await answered).toBe(200);
  });

  it('is given more and more time where its workers die young', async () => {
    const { log, line } = listen();
    const orders = {
      // Ends as a master does whose worker was ended by SIGSEGV.
      binary: '/bin/sh',
      args: ['-c', 'exit 139'],
      listeners: [{ variable: 'EDGE_LISTENER', address: '127.0.0.1', port: 0 }],
      forget: null,
    };
    const guardian = stopAfterTest(
      startNode({
        name: 'guardian',
        entry: fileURLToPath(new URL('../src/haproxy-guardian.mjs', import.meta.url)),
        args: [JSON.stringify(orders)],
        log,
        ipc: true,
      }),
    );
    for (const wait of [100, 200, 400]) {
      expect(await line(new RegExp(`started again in ${wait} ms`))).toContain('(139)');
    }
    // And asked to leave while there is none, it does so.
    await guardian.stop();
    expect((await guardian.exited).signal).toBeNull();
  });

  it('refuses a reload that would listen elsewhere, and goes on', async () => {
    const { engine, port, file, config } = await holding();
    await writeFile(file, config(heldAt(await freePort())));
    await expect(engine.reload()).rejects.toMatchObject({
      code: 'ENGINES_RELOAD_REFUSED',
      message: expect.stringContaining('it listens on other addresses'),
    });
    expect(await visit(port)).toBe(200);
  });

  it('ends when it is asked to, and lets the socket go', async () => {
    const { engine, port } = await holding();
    await engine.stop();
    expect(await engine.exited).toEqual({ code: 0, signal: null });
    await expect(visit(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends as haproxy did when its master dies', async () => {
    const { engine } = await holding();
    process.kill(engine.pid, 'SIGKILL');
    expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('does not start where somebody else has the address', async () => {
    const { file, config } = await haproxyConfig();
    const taken = createServer();
    onTestFinished(() => void taken.close());
    const port = await portOf(taken);
    await writeFile(file, config(heldAt(port)));
    await expect(start(file)).rejects.toMatchObject({
      code: 'ENGINES_START_FAILED',
      message: `cannot start haproxy: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    });
  });
});

describe('listenersOf', () => {
  it('finds what may be held, of IPv4 and IPv6', () => {
    const config = [
      'frontend edge',
      '    bind "${EDGE-0.0.0.0:443}" ssl crt /etc/edge.pem',
      '    bind "${SIX-[::1]:8443}"',
    ].join('\n');
    expect(listenersOf(config)).toEqual([
      { variable: 'EDGE', address: '0.0.0.0', port: 443 },
      { variable: 'SIX', address: '::1', port: 8443 },
    ]);
  });

  it('finds nothing where addresses are bound by haproxy alone', () => {
    expect(listenersOf('frontend edge\n  bind 0.0.0.0:443\n  # bind "${NO-0.0.0.0:1}"\n')).toEqual([]);
  });
});
