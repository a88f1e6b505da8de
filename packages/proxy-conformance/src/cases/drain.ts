import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyCase, ScenarioCase } from '../case.ts';
import { eventually, tooLate } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { startLoad } from '../load.ts';
import { response, type Script } from '../upstream/script.ts';
import { ask } from '../wire/ask.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { valuesOf } from '../wire/message.ts';
import { sendRaw } from '../wire/raw-client.ts';
import type { World } from '../world/world.ts';
import { h1, INSTANCE_HOST, OWN, raw } from './requests.ts';

const SLOW: Script = { steps: [{ pauseMs: 1_500 }, ...response('200 OK', [], 'late')] };

const healthOf = async (world: World) => {
  const { headers, body } = await ask(world, { path: '/healthz' });
  const type = String(headers['content-type']).split(';', 1)[0];
  return { type, control: headers['cache-control'], ...JSON.parse(body.toString()) };
};

/** What Route 53, the local health checkers and the doctor ask. */
const health: readonly ProxyCase[] = [
  {
    name: '/healthz says in JSON how the proxy is',
    world: 'plain',
    scenario: async (world) => {
      const { engine, ...found } = await healthOf(world);
      assert.deepEqual(found, {
        status: 'ok',
        type: 'application/json',
        control: 'no-store',
        instance: INSTANCE_HOST,
        region: OWN,
      });
      const { headers } = await ask(world, { path: '/healthz' });
      assert.equal(engine, headers['x-edge-engine']);
    },
  },
  {
    name: '/healthz is answered to HEAD',
    request: { send: h1(['X-Case: $ID'], { line: 'HEAD /healthz HTTP/1.1' }), head: true },
    expectUpstream: 'nothing',
    expectClient: { status: 200, body: '' },
  },
  ...['POST', 'PUT', 'DELETE', 'OPTIONS'].map(
    (method): ProxyCase => ({
      name: `/healthz refuses ${method}`,
      request: { send: h1(['X-Case: $ID', 'Content-Length: 0'], { line: `${method} /healthz HTTP/1.1` }) },
      expectUpstream: 'nothing',
      expectClient: { status: 405, reason: 'method-not-allowed' },
    }),
  ),
  {
    name: '/healthz of a foreign host is refused',
    request: { send: raw(['GET /healthz HTTP/1.1', 'Host: elsewhere.test', 'X-Case: $ID']) },
    expectUpstream: 'nothing',
    expectClient: { status: 421, reason: 'foreign-host' },
  },
  {
    name: 'what only begins like /healthz is passed on',
    request: { send: h1([], { line: 'GET /healthz$PATH HTTP/1.1' }) },
    expectUpstream: { requestLine: 'GET /healthz$PATH HTTP/1.1' },
    expectClient: { status: 200 },
  },
];

/** Leaving. */
const draining: readonly ProxyCase[] = [
  {
    name: 'a draining proxy fails its health check, serves on, and closes connections politely',
    world: { edge: { drain: 60 } },
    scenario: async (world, id) => {
      await world.edge.drain();
      await world.untilHealth('draining');
      assert.equal((await healthOf(world)).status, 'draining');
      const { responses, ending } = await sendRaw(world, { send: filled(h1(), id), untilClose: true });
      const [served] = responses;
      assert.match(served?.startLine ?? '', / 200 /);
      assert.deepEqual([valuesOf(served?.fields ?? [], 'connection'), ending], [['close'], 'close']);
    },
  },
  {
    name: 'a draining proxy answers its health check with 503',
    world: { edge: { drain: 60 } },
    scenario: async (world) => {
      await world.edge.drain();
      await world.untilHealth('draining');
      assert.equal((await ask(world, { path: '/healthz' })).status, 503);
    },
  },
  {
    name: 'a draining proxy sends GOAWAY to connections of HTTP/2, and loses none of their streams',
    pace: 'waits',
    world: { edge: { drain: 60 } },
    scenario: async (world, id) => {
      world.upstreams[0].on(id, SLOW);
      const session = openSession(world);
      const goaway = once(session, 'goaway');
      const open = answerOf(session.request({ ':path': `/${id}` }));
      await eventually(() => requestsOf(world, id)[0]);
      await world.edge.drain();
      assert.equal((await open).body.toString(), 'late');
      await Promise.race([goaway, tooLate(20, 'GOAWAY')]);
      session.destroy();
    },
  },
  {
    name: 'a drained proxy ends by itself, with exit code 0',
    pace: 'waits',
    world: { edge: { drain: 2 } },
    scenario: async (world) => {
      const began = performance.now();
      await world.edge.drain();
      const { code } = await world.edge.exited;
      const seconds = (performance.now() - began) / 1_000;
      assert.equal(code, 0, `exit code; its log: ${world.log.slice(-5).join('\n')}`);
      assert.ok(seconds >= 1.9, `it ended after ${seconds.toFixed(1)} s`);
    },
  },
  {
    name: 'a drain under load loses no request',
    world: { edge: { drain: 5 } },
    pace: 'loads',
    scenario: async (world, id) => {
      await using load = startLoad(world, { visitors: 8, request: { path: `/${id}` } });
      await eventually(() => load.answered() > 100, 'the first answers');
      await world.edge.drain();
      await world.untilHealth('draining');
      // Visitors look the name up again within this time, and go elsewhere.
      await sleep(3_000);
      await load.stop();
      assert.deepEqual(load.failures(), []);
      assert.equal((await world.edge.exited).code, 0);
    },
  },
];

const ended = (signal: NodeJS.Signals): ScenarioCase => ({
  name: `${signal} ends the proxy once what is in flight is finished`,
  world: {},
  scenario: async (world, id) => {
    world.upstreams[0].on(id, SLOW);
    const open = ask(world, { path: `/${id}` });
    await eventually(() => requestsOf(world, id)[0]);
    world.edge.signal(signal);
    assert.equal((await open).body.toString(), 'late');
    assert.equal((await world.edge.exited).code, 0);
  },
});

const stopping: readonly ProxyCase[] = [
  {
    name: 'a proxy that is stopped finishes what is in flight',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, SLOW);
      const open = ask(world, { path: `/${id}` });
      await eventually(() => requestsOf(world, id)[0]);
      await Promise.all([
        world.edge.stop({ graceMs: 20_000 }),
        open.then(({ body }) => assert.equal(body.toString(), 'late')),
      ]);
      assert.equal((await world.edge.exited).signal, null);
    },
  },
  ended('SIGTERM'),
  ended('SIGINT'),
];

/** How a proxy says that it is well, and how it leaves. */
export const drain: readonly ProxyCase[] = [...health, ...draining, ...stopping];
