import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { Agent } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import type { ProxyCase, ScenarioCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { startLoad } from '../load.ts';
import { answer, response, type Script } from '../upstream/script.ts';
import { startUpstream } from '../upstream/upstream.ts';
import { ask } from '../wire/ask.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { valuesOf } from '../wire/message.ts';
import { openConnection, sendRaw } from '../wire/raw-client.ts';
import { pemFile } from '../world/certificates.ts';
import { listeningSockets, processTree } from '../world/processes.ts';
import type { World } from '../world/world.ts';
import { h1, INSTANCE, INSTANCE_HOST, OWN, PUBLIC_HOST, raw } from './requests.ts';

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
const drain: readonly ProxyCase[] = [
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

/** Taking up another configuration. */
const reload: readonly ProxyCase[] = [
  {
    name: 'a reload under load loses no request, and what is new counts',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const other = await startUpstream({
        region: 'other',
        hostname: own.hostname,
        certificate: world.certificates.wildcard,
      });
      try {
        await using load = startLoad(world, { visitors: 8, request: { path: `/${id}` } });
        await eventually(() => load.answered() > 100, 'the first answers');
        const { originPort } = world.site.settings;
        await world.reload({
          settings: { originPort: (region) => (region === OWN ? other.endpoint.port : originPort(region)) },
        });
        await eventually(() => other.requests.length > 100, 'requests at the new upstream');
        for (let round = 0; round < 3; round += 1) await world.reload({});
        const before = load.answered();
        await eventually(() => load.answered() > before + 100, 'answers after the last reload');
        await load.stop();
        assert.deepEqual(load.failures(), []);
      } finally {
        await other.close();
      }
    },
  },
  {
    name: 'a reload changes limits',
    world: {},
    scenario: async (world, id) => {
      await world.reload({ edge: { clientRate: 1 } });
      await eventually(async () => (await ask(world, { path: `/${id}` })).status === 429, 'a refusal');
    },
  },
  {
    name: 'a request that is under way during a reload is finished',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, SLOW);
      const open = ask(world, { path: `/${id}` });
      await eventually(() => requestsOf(world, id)[0]);
      await world.reload({});
      assert.equal((await open).body.toString(), 'late');
    },
  },
  {
    name: 'a configuration that cannot be taken up changes nothing',
    world: {},
    scenario: async (world, id) => {
      await writeFile(world.site.settings.certificate, 'no certificate\n');
      await assert.rejects(world.reload({}));
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      await writeFile(world.site.settings.certificate, pemFile(world.certificates.successor));
      await world.reload({});
      await eventually(
        async () => (await servedCertificate(world)) === fingerprint(world, 'successor'),
        'the certificate',
      );
    },
  },
  {
    name: 'a certificate is replaced while 1,000 requests run, and none is lost',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      const { certificates, site } = world;
      await using load = startLoad(world, { visitors: 8, request: { path: `/${id}` } });
      await eventually(() => load.answered() > 200, 'the first answers');
      assert.equal(await servedCertificate(world), fingerprint(world, 'wildcard'));
      await writeFile(site.settings.certificate, pemFile(certificates.successor));
      await world.reload({});
      await eventually(
        async () => (await servedCertificate(world)) === fingerprint(world, 'successor'),
        'the certificate',
      );
      await eventually(() => load.answered() >= 1_000, '1,000 answers');
      await load.stop();
      assert.deepEqual(load.failures(), []);
    },
  },
];

function fingerprint({ certificates }: World, which: 'wildcard' | 'successor'): string {
  return new X509Certificate(certificates[which].certificate).fingerprint256;
}

async function servedCertificate({ at, certificates }: World): Promise<string> {
  const socket = tlsConnect({
    host: at.address,
    port: at.port,
    ca: certificates.authority,
    servername: PUBLIC_HOST,
    ALPNProtocols: ['http/1.1'],
  });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const tooLate = async (seconds: number, what: string): Promise<never> => {
  await sleep(seconds * 1_000, undefined, { ref: false });
  throw new Error(`${what} did not come within ${seconds} s`);
};

/** Clients look the name up again now and then. */
const age: readonly ProxyCase[] = [
  {
    name: 'a connection of HTTP/1.1 past its age is closed with its answer',
    pace: 'waits',
    world: { edge: { maxConnectionAge: 2 } },
    scenario: async (world, id) => {
      const socket = await openConnection(world);
      const closed = once(socket, 'close');
      const began = performance.now();
      let answers = 0;
      for (let last = false; !last; answers += 1) {
        socket.write(filled(h1(), id));
        const [bytes] = await once(socket, 'data');
        assert.match(String(bytes), /^HTTP\/1\.1 200 /);
        last = /\r\nconnection: close\r\n/i.test(String(bytes));
        assert.ok(answers < 200, 'no answer closes the connection');
        await sleep(100);
      }
      assert.ok(performance.now() - began > 900, `answer ${answers} closes the connection`);
      await Promise.race([closed, tooLate(10, 'the end of the connection')]);
    },
  },
  {
    name: 'a busy connection of HTTP/2 past its age gets GOAWAY, and loses none of its streams',
    pace: 'waits',
    world: { edge: { maxConnectionAge: 2 } },
    scenario: async (world, id) => {
      const session = openSession(world);
      const began = performance.now();
      let left = false;
      session.once('goaway', () => {
        left = true;
      });
      for (let count = 0; !left; count += 1) {
        const { status } = await answerOf(session.request({ ':path': `/${id}` }));
        assert.ok(status === 200 || left, `answer ${count} is ${status}`);
        assert.ok(performance.now() - began < 20_000, 'GOAWAY does not come');
        await sleep(100);
      }
      session.destroy();
    },
  },
];

/** What operators see. */
const operation: readonly ProxyCase[] = [
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
      const before = await eventually(
        async () => ((await workers()).length >= 2 ? workers() : undefined),
        'two workers',
        10,
      );
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

/** From its start to its end, and what operators see of it. */
export const life: readonly ProxyCase[] = [...health, ...drain, ...stopping, ...reload, ...age, ...operation];
