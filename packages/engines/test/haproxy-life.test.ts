import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunningEngine, startEngine } from '../src/index.ts';
import {
  childrenOf,
  get,
  type HaproxyFiles,
  haproxyConfig,
  listen,
  stopAfterTest,
  until,
  untilGone,
  untilServing,
} from './processes.ts';

const start = async (configFile: string, log: (line: string) => void = () => {}): Promise<RunningEngine> =>
  stopAfterTest(
    await startEngine({ engine: 'haproxy', name: 'haproxy', configFile, edgeProxyEntry: '', log }),
  );

async function serving(): Promise<HaproxyFiles & { readonly engine: RunningEngine }> {
  const files = await haproxyConfig();
  const engine = await start(files.file);
  await untilServing(files.socket);
  return { ...files, engine };
}

async function upstreamAt(socket: string, answer: (response: ServerResponse) => void): Promise<void> {
  const server = createServer((_request, response) => answer(response));
  server.listen(socket);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}

const teapot = 'http-request return status 418 if { path /teapot }';

describe('reload', () => {
  it('serves by the new configuration once it resolves', async () => {
    const { engine, file, socket, config } = await serving();
    expect(await get(socket, '/teapot')).toBe(503);
    await writeFile(file, config(teapot));
    await engine.reload();
    expect(await get(socket, '/teapot')).toBe(418);
  });

  it('keeps the master, and its worker only until that has finished', async () => {
    const { engine, upstream, socket } = await serving();
    const asked = Promise.withResolvers<ServerResponse>();
    await upstreamAt(upstream, asked.resolve);
    const [former = 0] = await childrenOf(engine.pid);
    const open = get(socket, '/slow');
    const response = await asked.promise;
    await engine.reload();
    expect(await childrenOf(engine.pid)).toContain(former);
    response.end('late, but complete');
    expect(await open).toBe(200);
    await untilGone(former);
  });

  it('loses no request', async () => {
    const { engine, upstream, socket } = await serving();
    await upstreamAt(upstream, (response) => response.end('here'));
    let reloading = true;
    const statuses = new Set<number>();
    const visitor = async () => {
      while (reloading) statuses.add(await get(socket, '/'));
    };
    const visitors = Promise.all([visitor(), visitor(), visitor()]);
    for (let count = 0; count < 5; count += 1) await engine.reload();
    reloading = false;
    await visitors;
    expect([...statuses]).toEqual([200]);
  });

  it('is refused in the words of haproxy, and changes nothing', async () => {
    const { engine, file, socket, config } = await serving();
    const workers = await childrenOf(engine.pid);
    await writeFile(file, config('blind :80'));
    await expect(engine.reload()).rejects.toMatchObject({
      code: 'ENGINES_RELOAD_REFUSED',
      message: expect.stringContaining("unknown keyword 'blind'"),
    });
    expect(await childrenOf(engine.pid)).toEqual(workers);
    await untilServing(socket);
    await writeFile(file, config(teapot));
    await engine.reload();
    expect(await get(socket, '/teapot')).toBe(418);
  });

  it('is refused when only the running haproxy can tell that it cannot be', async () => {
    const { engine, file, socket, config } = await serving();
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : address;
    await writeFile(file, config(`bind 127.0.0.1:${port}`));
    await expect(engine.reload()).rejects.toMatchObject({
      code: 'ENGINES_RELOAD_REFUSED',
      message: expect.stringMatching(/cannot bind socket/i),
    });
    await untilServing(socket);
    await writeFile(file, config(teapot));
    await engine.reload();
    expect(await get(socket, '/teapot')).toBe(418);
  });

  it('may be asked for before haproxy is ready, and many times at once', async () => {
    const { file, socket } = await haproxyConfig();
    const engine = await start(file);
    await Promise.all([engine.reload(), engine.reload(), engine.reload()]);
    expect(await get(socket, '/healthz')).toBe(200);
  });

  it('fails when haproxy has ended', async () => {
    const { engine } = await serving();
    await engine.stop();
    await expect(engine.reload()).rejects.toMatchObject({ code: 'ENGINES_ADMIN_UNREACHABLE' });
  });
});

describe('drain', () => {
  it('turns the health check to 503 and lasts through a reload, while requests are served', async () => {
    const { engine, upstream, socket } = await serving();
    await upstreamAt(upstream, (response) => response.end('here'));
    await engine.drain();
    expect(await get(socket, '/healthz')).toBe(503);
    await engine.reload();
    expect(await get(socket, '/healthz')).toBe(503);
    expect(await get(socket, '/')).toBe(200);
  });

  it('ends with the process leaving when the time is up', async () => {
    const { engine, socket } = await serving();
    await engine.drain({ leaveAfterMs: 300 });
    expect(await get(socket, '/healthz')).toBe(503);
    expect(await engine.exited).toEqual({ code: 0, signal: null });
  });

  it('is forgotten by the next process', async () => {
    const { engine, file, socket } = await serving();
    await engine.drain();
    await engine.reload();
    await engine.stop();
    await start(file);
    await until('the health check answers', () =>
      get(socket, '/healthz').then(
        () => true,
        () => false,
      ),
    );
    expect(await get(socket, '/healthz')).toBe(200);
  });

  it('fails without a stats socket', async () => {
    const { file, socket, config } = await haproxyConfig();
    await writeFile(file, config().replace(/^ {2}stats socket.*$/m, ''));
    const engine = await start(file);
    await untilServing(socket);
    await expect(engine.drain()).rejects.toMatchObject({
      code: 'ENGINES_ADMIN_UNREACHABLE',
      message: 'cannot talk to haproxy: its configuration has no stats socket',
    });
  });

  it('fails where nothing stands for the flag', async () => {
    const { file, socket, config } = await haproxyConfig();
    await writeFile(file, config().replace('server flag', 'server banner'));
    const engine = await start(file);
    await untilServing(socket);
    await expect(engine.drain()).rejects.toMatchObject({
      code: 'ENGINES_ADMIN_UNREACHABLE',
      message: 'cannot drain haproxy: No such server.',
    });
  });
});

it('tells nobody but its log what haproxy says', async () => {
  const { file } = await haproxyConfig();
  const { log, line } = listen();
  await start(file, log);
  expect(await line(/Loading success/)).toContain('Loading success');
});
