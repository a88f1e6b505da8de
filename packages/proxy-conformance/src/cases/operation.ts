import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Agent } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled } from '../exchange.ts';
import { answer } from '../upstream/script.ts';
import { ask } from '../wire/ask.ts';
import { sendRaw } from '../wire/raw-client.ts';
import { listeningSockets, processTree } from '../world/processes.ts';
import type { World } from '../world/world.ts';
import { h1, INSTANCE, OWN, PUBLIC_HOST, raw } from './requests.ts';

/** What operators see. */
export const operation: readonly ProxyCase[] = [
  {
    name: 'each request is one line of JSON in the log',
    world: 'plain',
    scenario: async (world, id) => {
      const { headers, body } = await ask(world, { path: `/${id}?secret=1` });
      const entry = await logEntry(world, id);
      assert.deepEqual(
        {
          ...entry,
          time: typeof entry['time'],
          msUpstream: typeof entry['msUpstream'],
          msTotal: typeof entry['msTotal'],
        },
        {
          ...entry,
          time: 'number',
          event: 'request',
          instance: INSTANCE,
          requestId: headers['x-request-id'],
          client: '127.0.0.1',
          tls: 'TLSv1.3',
          protocol: 'HTTP/1.1',
          method: 'GET',
          host: PUBLIC_HOST,
          path: `/${id}`,
          status: 200,
          upstream: OWN,
          retried: '',
          reason: '',
          msUpstream: 'number',
          msTotal: 'number',
        },
      );
      assert.ok(Number(entry['bytes']) >= body.length, `bytes is ${entry['bytes']}`);
      assert.ok(Number(entry['msUpstream']) >= 0 && Number(entry['msTotal']) >= Number(entry['msUpstream']));
      assert.ok(!world.log.some((line) => line.includes('secret=1')), 'a query is in the log');
    },
  },
  {
    name: 'the log says what was refused, and why',
    world: 'plain',
    scenario: async (world, id) => {
      await sendRaw(world, { send: filled(raw(['GET $PATH HTTP/1.1', 'Host: elsewhere.test']), id) });
      const { status, reason, upstream, msUpstream } = await logEntry(world, id);
      assert.deepEqual(
        { status, reason, upstream, msUpstream },
        { status: 421, reason: 'foreign-host', upstream: '', msUpstream: -1 },
      );
    },
  },
  {
    name: 'the log says who answered instead of whom',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, answer('503 Service Unavailable'));
      await ask(world, { path: `/${id}` });
      const { status, upstream, retried } = await logEntry(world, id);
      assert.deepEqual({ status, upstream, retried }, { status: 200, upstream: 'eu-west-1', retried: OWN });
    },
  },
  {
    name: 'a log line stays JSON, whatever the client sends',
    world: 'plain',
    scenario: async (world, id) => {
      await sendRaw(world, { send: h1([`User-Agent: "\\x`], { line: `GET /${id}"\\'%22 HTTP/1.1` }) });
      const entry = await logEntry(world, id);
      assert.equal(entry['path'], `/${id}"\\'%22`);
    },
  },
  {
    name: 'health checks that are well are not logged',
    world: {},
    scenario: async (world, id) => {
      await ask(world, { path: '/healthz' });
      await ask(world, { path: `/${id}` });
      await logEntry(world, id);
      assert.ok(
        !world.log.some((line) => line.includes('"path":"/healthz"')),
        'a health check is in the log',
      );
    },
  },
  {
    name: 'the log of what went well is sampled if asked, that of all else is whole',
    world: { edge: { logSample: 0.000001 } },
    scenario: async (world, id) => {
      world.upstreams[0].on(`${id}-teapot`, answer('418 Teapot'));
      for (let count = 0; count < 10; count += 1) await ask(world, { path: `/${id}-well` });
      await ask(world, { path: `/${id}-teapot` });
      await logEntry(world, `${id}-teapot`);
      assert.ok(!world.log.some((line) => line.includes(`${id}-well`)), 'what went well is in the log');
    },
  },
  {
    name: 'metrics are Prometheus text on the admin address',
    world: 'plain',
    scenario: async (world) => {
      const { status, type, body } = await metrics(world);
      assert.deepEqual([status, type.startsWith('text/plain')], [200, true]);
      const wrong = body
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .filter(
          (line) =>
            !/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? -?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|\+Inf|-Inf)$/i.test(line),
        );
      assert.deepEqual(wrong, []);
      assert.match(body, /^# TYPE \w+ counter$/m);
    },
  },
  {
    name: 'metrics are nowhere but on the admin address',
    request: { send: h1(['X-Case: $ID'], { line: 'GET /metrics HTTP/1.1' }) },
    expectUpstream: { requestLine: 'GET /metrics HTTP/1.1' },
    expectClient: { status: 200, body: OWN },
  },
  {
    name: 'nothing listens but the two public ports and the admin address',
    world: {},
    scenario: async ({ edge, site }) => {
      const { bind, plainBind, adminBind } = site.settings;
      const expected = [bind, plainBind ?? bind, adminBind].map(({ address, port }) => `${address}:${port}`);
      assert.deepEqual(
        await listeningSockets(await processTree(edge.pid)),
        [...new Set(expected)].toSorted(),
      );
    },
  },
  {
    name: 'a worker that dies is replaced, and only its own requests are lost',
    world: { settings: { workers: 2 } },
    pace: 'waits',
    scenario: async (world, id) => {
      const workers = async () => (await processTree(world.edge.pid)).slice(1);
      const before = await workers();
      const agent = new Agent({ keepAlive: false });
      const [victim] = before;
      if (victim === undefined) throw new Error('no worker');
      process.kill(victim, 'SIGKILL');
      // Connections that were made before may be its own; those that are made from here on are nobody's.
      await eventually(async () => !(await workers()).includes(victim), 'the end of the worker');
      for (let count = 0; count < 50; count += 1) {
        assert.equal((await ask(world, { path: `/${id}`, agent })).status, 200);
      }
      await eventually(async () => (await workers()).length >= before.length, 'another worker');
    },
  },
];

async function logEntry(world: World, id: string): Promise<Readonly<Record<string, unknown>>> {
  const line = await eventually(
    () =>
      world.log.find(
        (each) => each.startsWith('{') && each.includes('"event":"request"') && each.includes(id),
      ),
    'a line in the log',
  );
  return JSON.parse(line);
}

async function metrics({
  site,
}: World): Promise<{ readonly status: number; readonly type: string; readonly body: string }> {
  const { address, port } = site.settings.adminBind;
  const request = httpRequest({ host: address, port, path: '/metrics', agent: false }).end();
  const [received] = await once(request, 'response');
  return {
    status: received.statusCode,
    type: String(received.headers['content-type']),
    body: await text(received),
  };
}
