import assert from 'node:assert/strict';
import type { EdgeErrorReason } from '@isochrone/config-gen';
import type { ProxyCase, ScenarioCase } from '../case.ts';
import { filled, requestsOf } from '../exchange.ts';
import { answer, type Script } from '../upstream/script.ts';
import type { Reception, Upstream } from '../upstream/upstream.ts';
import { type Answer, type Ask, ask } from '../wire/ask.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { valuesOf } from '../wire/message.ts';
import { sendRaw } from '../wire/raw-client.ts';
import type { World } from '../world/world.ts';
import { h1, NEXT, OWN } from './requests.ts';

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
const faults: readonly ProxyCase[] = Object.entries({ ...AT_CONNECT, ...AT_REQUEST }).map(
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

/** A request whose upstream fails. */
export const failover: readonly ProxyCase[] = [...faults, ...retries, ...last];
