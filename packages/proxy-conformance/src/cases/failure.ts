import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EdgeErrorReason } from '@isochrone/config-gen';
import type { ProxyCase, ScenarioCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { startLoad } from '../load.ts';
import { answer, type Script } from '../upstream/script.ts';
import { type Reception, startUpstream, type Upstream } from '../upstream/upstream.ts';
import { type Answer, type Ask, ask } from '../wire/ask.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { valuesOf } from '../wire/message.ts';
import { sendRaw } from '../wire/raw-client.ts';
import type { World } from '../world/world.ts';
import { h1, NEXT, OWN, OWN_API } from './requests.ts';

/** What an upstream does to every connection, or to the requests of a case. */
type Fault = { readonly connections: Reception } | { readonly request: Script };

const AT_CONNECT: Readonly<Record<string, Fault>> = {
  'refuses connections': { connections: 'refuse' },
  'resets connections': { connections: 'reset' },
  'is silent at the handshake': { connections: 'freeze' },
};

const AT_REQUEST: Readonly<Record<string, Fault>> = {
  'resets the connection at the request': { request: { steps: [{ end: 'reset' }] } },
  'closes the connection at the request': { request: { steps: [{ end: 'close' }] } },
  'is silent at the request': { request: { steps: [{ end: 'freeze' }] } },
  'answers what is not HTTP': { request: { steps: ['HELLO\r\n\r\n', { end: 'close' }] } },
  'answers 502': { request: answer('502 Bad Gateway', [], 'upstream') },
  'answers 503': { request: answer('503 Service Unavailable', [], 'upstream') },
  'answers 504': { request: answer('504 Gateway Timeout', [], 'upstream') },
};

async function apply(upstream: Upstream, id: string, fault: Fault): Promise<void> {
  if ('connections' in fault) await upstream.receive(fault.connections);
  else upstream.on(id, fault.request);
}

const regions = (world: World, id: string): readonly string[] =>
  requestsOf(world, id).map(({ region }) => region);

function expectRetried({ status, headers, body }: Answer): void {
  assert.deepEqual(
    [
      status,
      body.toString(),
      headers['x-edge-upstream'],
      headers['x-edge-retried'],
      headers['x-edge-reason'],
    ],
    [200, NEXT, NEXT, OWN, undefined],
  );
}

/** A GET is answered by the next region, within the request. */
const failover: readonly ProxyCase[] = Object.entries({ ...AT_CONNECT, ...AT_REQUEST }).map(
  ([what, fault]): ScenarioCase => ({
    name: `a GET whose region ${what} is answered by the next one`,
    world: {},
    scenario: async (world, id) => {
      await apply(world.upstreams[0], id, fault);
      expectRetried(await ask(world, { path: `/${id}?a=b` }));
      const [last] = world.upstreams[1].requests;
      assert.deepEqual(
        [last?.method, last?.target, last?.connection.sni],
        ['GET', `/${id}?a=b`, `${NEXT}-fast.example.com`],
      );
    },
  }),
);

const repeated = (
  name: string,
  scenario: ScenarioCase['scenario'],
  fault: Fault = { request: answer('503 Service Unavailable', [], 'upstream') },
): ScenarioCase => ({
  name,
  world: {},
  scenario: async (world, id) => {
    await apply(world.upstreams[0], id, fault);
    await scenario(world, id);
  },
});

/** Who else is asked, how often, and when nobody is. */
const retries: readonly ProxyCase[] = [
  repeated('a GET over HTTP/2 is answered by the next region', async (world, id) => {
    const session = openSession(world);
    const { status, body, fields } = await answerOf(session.request({ ':path': `/${id}` }));
    session.destroy();
    assert.deepEqual([status, body.toString(), valuesOf(fields, 'x-edge-retried')], [200, NEXT, [OWN]]);
  }),
  repeated('a HEAD is answered by the next region', async (world, id) => {
    const { status, headers } = await ask(world, { method: 'HEAD', path: `/${id}` });
    assert.deepEqual([status, headers['x-edge-upstream'], headers['x-edge-retried']], [200, NEXT, OWN]);
  }),
  repeated(
    'a HEAD whose region refuses connections is answered by the next one',
    async (world, id) => {
      const { status, headers } = await ask(world, { method: 'HEAD', path: `/${id}` });
      assert.deepEqual([status, headers['x-edge-upstream']], [200, NEXT]);
    },
    { connections: 'refuse' },
  ),
  repeated('a request is tried once more, not twice', async (world, id) => {
    for (const upstream of world.upstreams.slice(1))
      upstream.on(id, answer('503 Service Unavailable', [], 'upstream'));
    const { status } = await ask(world, { path: `/${id}` });
    assert.equal(status, 503);
    assert.deepEqual(regions(world, id), [OWN, NEXT]);
  }),
  repeated('a GET with a body is not tried again', async (world, id) => {
    const { status } = await ask(world, { path: `/${id}`, body: 'body' });
    assert.equal(status, 503);
    assert.deepEqual(regions(world, id), [OWN]);
  }),
  ...[
    '500 Internal Server Error',
    '501 Not Implemented',
    '429 Too Many Requests',
    '403 Forbidden',
    '404 Not Found',
  ].map((status) =>
    repeated(
      `${status.slice(0, 3)} of an upstream is its answer`,
      async (world, id) => {
        const { status: found, body } = await ask(world, { path: `/${id}` });
        assert.deepEqual([found, body.toString()], [Number(status.slice(0, 3)), 'upstream']);
        assert.deepEqual(regions(world, id), [OWN]);
      },
      { request: answer(status, [], 'upstream') },
    ),
  ),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) =>
    repeated(`503 to a ${method} is its answer, and nobody else is asked`, async (world, id) => {
      const { status, body, headers } = await ask(world, { method, path: `/${id}`, body: 'body' });
      assert.deepEqual([status, body.toString(), headers['x-edge-retried']], [503, 'upstream', undefined]);
      assert.deepEqual(regions(world, id), [OWN]);
    }),
  ),
  ...Object.entries<readonly [Fault, EdgeErrorReason, number]>({
    'refuses connections': [{ connections: 'refuse' }, 'upstream-unreachable', 502],
    'resets the connection': [{ request: { steps: [{ end: 'reset' }] } }, 'upstream-reset', 502],
    'closes the connection': [{ request: { steps: [{ end: 'close' }] } }, 'upstream-reset', 502],
    'is silent': [{ request: { steps: [{ end: 'freeze' }] } }, 'upstream-timeout', 504],
  }).map(([what, [fault, reason, status]]) =>
    repeated(
      `a POST whose region ${what} fails, and nobody else is asked`,
      async (world, id) => {
        const { headers, ...found } = await ask(world, { method: 'POST', path: `/${id}`, body: 'body' });
        assert.deepEqual([found.status, headers['x-edge-reason']], [status, reason]);
        assert.deepEqual(world.upstreams[1].requests, []);
      },
      fault,
    ),
  ),
];

const alone = (
  name: string,
  fault: Fault,
  expected: { readonly status: number; readonly reason?: EdgeErrorReason; readonly body?: string },
  options: Ask = {},
): ScenarioCase => ({
  name,
  world: { regions: [OWN] },
  scenario: async (world, id) => {
    await apply(world.upstreams[0], id, fault);
    const { status, headers, body } = await ask(world, { path: `/${id}`, ...options });
    assert.deepEqual([status, headers['x-edge-reason']], [expected.status, expected.reason]);
    if (expected.body !== undefined) assert.equal(body.toString(), expected.body);
    else assert.equal(headers['content-type'], 'application/problem+json');
  },
});

/** Nobody is left to ask. */
const last: readonly ProxyCase[] = [
  alone(
    'the last upstream refuses connections: 502',
    { connections: 'refuse' },
    { status: 502, reason: 'upstream-unreachable' },
  ),
  alone(
    'the last upstream resets the connection: 502',
    { request: { steps: [{ end: 'reset' }] } },
    { status: 502, reason: 'upstream-reset' },
  ),
  alone(
    'the last upstream answers what is not HTTP: 502',
    { request: { steps: ['HELLO\r\n\r\n', { end: 'close' }] } },
    { status: 502, reason: 'upstream-reset' },
  ),
  alone(
    'the last upstream is silent: 504',
    { request: { steps: [{ end: 'freeze' }] } },
    { status: 504, reason: 'upstream-timeout' },
  ),
  alone(
    '503 of the last upstream is its answer',
    { request: answer('503 Service Unavailable', [], 'upstream') },
    {
      status: 503,
      body: 'upstream',
    },
  ),
  {
    name: 'a proxy whose upstreams are all down says so, and comes back with them',
    world: { regions: [OWN] },
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      await own.receive('refuse');
      await ask(world, { path: `/${id}` });
      await world.untilHealth('no-healthy-upstream');
      const health = await ask(world, { path: '/healthz' });
      assert.equal(health.status, 503);
      const { status, headers } = await ask(world, { path: `/${id}` });
      assert.deepEqual([status, headers['x-edge-reason']], [503, 'no-healthy-upstream']);
      await own.receive('serve');
      await world.untilHealth('ok');
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
    },
  },
  {
    name: 'a response that falls silent is broken off',
    world: 'alone',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, {
        steps: ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', { end: 'freeze' }],
      });
      const began = performance.now();
      const { responses, ending } = await sendRaw(world, { send: filled(h1(), id) });
      const seconds = (performance.now() - began) / 1_000;
      assert.deepEqual([responses[0]?.complete, ending === 'open'], [false, false]);
      assert.ok(seconds < 10, `it took ${seconds.toFixed(1)} s`);
    },
  },
];

/** Active checks, and what follows from them. */
const health: readonly ProxyCase[] = [
  {
    name: 'an upstream that fails its health check is asked no longer, and again when it is well',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      own.setHealth(answer('503 Service Unavailable'));
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === NEXT,
        'the next region',
      );
      const { headers } = await ask(world, { path: `/${id}` });
      assert.equal(headers['x-edge-retried'], undefined);
      // Fallbacks count for the proxy's own health.
      await world.untilHealth('ok');
      own.setHealth(answer('200 OK'));
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === OWN,
        'the own region',
      );
    },
  },
  {
    name: 'health checks carry Host and SNI of the upstream',
    world: {},
    scenario: async ({ upstreams: [own] }) => {
      await eventually(() => own.checks() > 0, 'a health check');
      const heads = own.connections.map((connection) => connection.bytes().toString('latin1'));
      const check = heads.find((head) => head.startsWith('GET /healthz HTTP/1.1\r\n'));
      assert.match(check ?? '', new RegExp(`\\r\\nhost: ${OWN_API}\\r\\n`, 'i'));
      assert.ok(own.connections.every(({ sni }) => sni === OWN_API));
    },
  },
  {
    name: 'an upstream that comes back is asked again',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      await own.receive('refuse');
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      await own.receive('serve');
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === OWN,
        'the own region',
      );
    },
  },
];

/** Connections that end while nobody uses them. */
const idle: readonly ProxyCase[] = [
  {
    name: 'an upstream that hangs up after each answer costs no GET',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, {
        steps: ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', { end: 'close' }],
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let count = 0; count < 50; count += 1) {
        assert.equal((await ask(world, { path: `/${id}`, agent })).status, 200, `request ${count}`);
      }
      agent.destroy();
    },
  },
  {
    name: 'an upstream that hangs up at any moment costs no GET',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const agent = new Agent({ keepAlive: true, maxSockets: 4 });
      const worker = async (): Promise<void> => {
        for (let count = 0; count < 50; count += 1) {
          const { status } = await ask(world, { path: `/${id}`, agent });
          assert.equal(status, 200, `request ${count}`);
          if (count % 5 === 0) own.hangUp();
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      agent.destroy();
    },
  },
  {
    name: 'a POST after the upstream hung up on idle connections is served',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      own.hangUp();
      await eventually(() => own.openConnections() === 0, 'the end of all connections');
      for (let count = 0; count < 5; count += 1) {
        assert.equal((await ask(world, { method: 'POST', path: `/${id}`, body: 'body' })).status, 200);
      }
    },
  },
];

/** Names that no longer resolve, or resolve to something else. */
const names: readonly ProxyCase[] = [
  {
    name: 'a dead resolver does not take healthy upstreams down',
    pace: 'waits',
    world: { ttl: 1 },
    scenario: async (world, id) => {
      world.names.answer(false);
      const end = performance.now() + 8_000;
      while (performance.now() < end) {
        // Connections have to be made anew, too.
        world.upstreams[0].hangUp();
        const { status } = await ask(world, { path: `/${id}` });
        assert.equal(status, 200);
        await sleep(100);
      }
      await world.untilHealth('ok');
    },
  },
  {
    name: 'a name that is gone costs no GET',
    pace: 'waits',
    world: { ttl: 1 },
    scenario: async (world, id) => {
      world.names.records.delete(OWN_API);
      const end = performance.now() + 5_000;
      while (performance.now() < end) {
        assert.equal((await ask(world, { path: `/${id}` })).status, 200);
        await sleep(50);
      }
    },
  },
  {
    name: 'a proxy that starts before its resolver comes up with it',
    pace: 'waits',
    world: { prepare: (_upstreams, server) => server.answer(false), settled: false },
    scenario: async (world, id) => {
      await world.untilHealth('no-healthy-upstream');
      world.names.answer(true);
      await world.untilHealth('ok');
      await eventually(async () => (await ask(world, { path: `/${id}` })).status === 200, 'an answer');
    },
  },
  {
    name: 'an upstream that moves under load is followed, and no request is lost',
    world: { ttl: 1 },
    pace: 'loads',
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const moved = await startUpstream({
        region: 'moved',
        hostname: own.hostname,
        certificate: world.certificates.wildcard,
        address: '127.0.0.2',
        port: own.endpoint.port,
      });
      try {
        await using load = startLoad(world, { visitors: 4, request: { path: `/${id}` } });
        await eventually(() => load.answered() > 50, 'the first answers');
        world.names.records.set(own.hostname, ['127.0.0.2']);
        // As a load balancer that leaves: it answers, and lets nobody stay.
        own.on(id, {
          steps: ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok', { end: 'close' }],
        });
        // Production's names may be kept for 60 s.
        await eventually(() => moved.requests.length > 50, 'requests at the new address', 60);
        // The old machine goes once its name has led elsewhere for a while.
        await sleep(3_000);
        await own.receive('refuse');
        const before = load.answered();
        await eventually(() => load.answered() > before + 100, 'answers from the new address');
        await load.stop();
        assert.deepEqual(load.failures(), []);
      } finally {
        await moved.close();
      }
    },
  },
];

/** Everything that goes wrong behind the edge. */
export const failure: readonly ProxyCase[] = [...failover, ...retries, ...last, ...health, ...idle, ...names];
