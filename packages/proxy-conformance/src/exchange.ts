import assert from 'node:assert/strict';
import { edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import type { CaseRequest, ExchangeCase, ExpectedClient, ExpectedUpstream } from './case.ts';
import { expectBytes, expectFields, expectText } from './expect.ts';
import type { UpstreamConnection, UpstreamRequest } from './upstream/requests.ts';
import { answer } from './upstream/script.ts';
import { sendHttp2 } from './wire/http2-client.ts';
import type { Field } from './wire/message.ts';
import { sendRaw } from './wire/raw-client.ts';
import { PUBLIC_HOST } from './world/topology.ts';
import type { World } from './world/world.ts';

/** What a client got, whatever it spoke. */
interface Outcome {
  readonly status: number | undefined;
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[];
  readonly body: Buffer;
  readonly complete: boolean;
  readonly closed: boolean;
  /** Answers beyond the one that was due. */
  readonly more: number;
  readonly told: string;
}

/** The engine's own name, as every answer carries it. */
export interface Engine {
  readonly marker: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Plays one exchange and asserts everything about it. */
export async function playExchange(
  world: World,
  id: string,
  engine: Engine,
  each: ExchangeCase,
): Promise<void> {
  for (const upstream of world.upstreams) {
    upstream.on(`probe-${id}`, answer('200 OK', [], 'probe'));
  }
  if (each.upstream !== undefined) world.upstreams[0].on(id, filled(each.upstream, id));
  const outcome = await perform(world, filled(each.request, id), each.expectClient.closes === true);
  const seen = requestsOf(world, id);
  expectNormalForm(world, id, seen, textOf(each.request));
  if (each.orRefused && isRefusal(outcome)) {
    await expectNothingWhole(seen, outcome);
    return;
  }
  expectUpstreamSaw(
    world,
    id,
    seen,
    each.expectUpstream ?? (each.expectClient.reason ? 'nothing' : {}),
    outcome,
  );
  expectClientGot(outcome, each.expectClient, engine, id);
}

const textOf = (request: CaseRequest): string =>
  request.over === 'h2' ? '' : [request.send].flat().join('');

/** An error of the client, or of what the edge does not implement (RFC 9112, sections 2.2 and 6.1), or a hang-up. */
const isRefusal = ({ status }: Outcome): boolean =>
  status === undefined || (status >= 400 && status < 500) || status === 501 || status === 505;

/** Nothing of a refused request is at an upstream, or but its beginning, if what is wrong came later. */
async function expectNothingWhole(
  seen: readonly UpstreamRequest[],
  { status, told }: Outcome,
): Promise<void> {
  await Promise.all(seen.map(({ connection }) => connection.closed));
  for (const request of seen) {
    assert.equal(
      request.message().complete,
      false,
      `a request that was refused (${status} ${told}) is at an upstream: ${request.head}`,
    );
  }
}

/** Requests of this case at any upstream, probes aside. */
export const requestsOf = (world: World, id: string): readonly UpstreamRequest[] =>
  world.upstreams
    .flatMap(({ requests }) => requests)
    .filter(({ head, target }) => head.includes(id) && !target.includes(`probe-${id}`));

async function perform(world: World, request: CaseRequest, untilClose: boolean): Promise<Outcome> {
  if (request.over === 'h2') {
    const { status, fields, trailers, body, complete, error } = await sendHttp2(world, request);
    return {
      status,
      fields,
      trailers,
      body,
      complete,
      closed: error !== undefined,
      more: 0,
      told: error ?? '',
    };
  }
  const { certificates, at, plainAt } = world;
  const { responses, bytes, ending, malformed } = await sendRaw(
    { certificates, at: request.plain ? plainAt : at },
    { ...request, untilClose },
  );
  assert.equal(malformed, null, `the client got what is not HTTP: ${malformed}`);
  const [first, ...rest] = responses;
  // The answer to the probe.
  const more = rest.filter(({ body }) => body.toString() !== 'probe').length;
  return {
    status: first === undefined ? undefined : Number(first.startLine.split(' ')[1]),
    fields: first?.fields ?? [],
    trailers: first?.trailers ?? [],
    body: first?.body ?? Buffer.alloc(0),
    complete: first?.complete === true || (first?.framing === 'close' && ending === 'close'),
    closed: ending !== 'open',
    more,
    told: bytes.length === 0 ? `nothing, ${ending}` : JSON.stringify(bytes.toString('latin1', 0, 300)),
  };
}

/** What holds for every request at an upstream, whatever the client sent. */
function expectNormalForm(world: World, id: string, seen: readonly UpstreamRequest[], asked: string): void {
  for (const { region, hostname, connections } of world.upstreams) {
    for (const connection of connections.filter((each) => carries(each, id))) {
      assert.equal(connection.malformed(), null, `the upstream of ${region} got what is not HTTP`);
      assert.equal(connection.sni, hostname, `SNI at the upstream of ${region}`);
    }
  }
  for (const { fields, connection, version, target } of seen) {
    expectFields('the upstream saw', fields, {
      host: connection.sni,
      'keep-alive': null,
      'proxy-connection': null,
      upgrade: null,
      te: null,
      expect: null,
      'x-forwarded-host': ACCEPTED_HOST,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
      'x-request-id': UUID,
    });
    // The edge may say it of its own connection.
    expectFields('the upstream saw', fields, { connection: { not: /^(?!keep-alive$|close$)/i } });
    // A request of HTTP/1.0 has a case of its own.
    assert.match(
      version,
      asked.includes(' HTTP/1.0\r\n') ? /^HTTP\/1\.[01]$/ : /^HTTP\/1\.1$/,
      'version at the upstream',
    );
    assert.match(target, /^\/|^\*$/, 'the target at the upstream is in origin form');
  }
}

const carries = (connection: UpstreamConnection, id: string): boolean => connection.bytes().includes(id);

const ACCEPTED_HOST = /^(fast|proxy1?-us-east-1-fast)\.example\.com$/;

function expectUpstreamSaw(
  world: World,
  id: string,
  seen: readonly UpstreamRequest[],
  expected: ExpectedUpstream,
  { status, told }: Outcome,
): void {
  const got = `; the client got ${status} ${told}`;
  if (expected === 'nothing') {
    assert.equal(seen.length, 0, `no request at an upstream, found ${seen[0]?.head}${got}`);
    const leaked = world.upstreams
      .flatMap(({ connections }) => connections)
      .some((connection) => connection.bytes().toString('latin1').replaceAll(`probe-${id}`, '').includes(id));
    assert.ok(!leaked, 'bytes of the request reached an upstream');
    return;
  }
  const [request] = seen;
  assert.equal(seen.length, 1, `one request at the upstreams, found ${seen.length}${got}`);
  if (request === undefined) return;
  const { requestLine = /^/, fields = {}, body, also } = expected;
  const line = request.head.split('\r\n', 1)[0] ?? '';
  expectText('request line at the upstream', line, filled(requestLine, id));
  expectFields('the upstream saw', request.fields, filled(fields, id));
  if (body !== undefined) expectBytes('body at the upstream', request.message().body, body);
  also?.(request);
}

function expectClientGot(outcome: Outcome, expected: ExpectedClient, engine: Engine, id: string): void {
  const { status, reason, fields = {}, body, trailers, closes, aborted = false } = expected;
  const { told } = outcome;
  assert.ok(
    outcome.status !== undefined && [status].flat().includes(outcome.status),
    `the client got status ${outcome.status}, expected ${[status].flat().join(' or ')}: ${told}`,
  );
  assert.equal(outcome.more, 0, 'the client got an answer to what it did not ask');
  if (reason !== undefined) expectProblem(outcome, reason);
  expectFields('the client got', outcome.fields, {
    'x-edge': 'proxy1-us-east-1-fast',
    'x-edge-engine': engine.marker,
    'x-request-id': UUID,
    ...filled(fields, id),
  });
  assert.equal(
    outcome.complete,
    !aborted,
    aborted ? 'the response breaks off' : `the response comes to its end: ${told}`,
  );
  if (body !== undefined) expectBytes('body at the client', outcome.body, body);
  if (trailers === 'none') assert.deepEqual(outcome.trailers, [], 'trailers at the client');
  if (closes !== undefined) assert.equal(outcome.closed, closes, 'whether the edge hangs up');
}

function expectProblem({ fields, body, status = 0 }: Outcome, reason: keyof typeof edgeErrors): void {
  assert.equal(status, edgeErrors[reason].status);
  expectFields('the client got', fields, {
    'x-edge-reason': reason,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
  if (body.length > 0) expectText('problem', body.toString(), edgeErrorBody(reason));
}

/** The path that stands for this case. */
const pathOf = (id: string): string => `/${id}`;

/** `value` with `$PATH` and `$ID` filled in, wherever they are in it. */
export function filled<Value>(value: Value, id: string): Value {
  return fill(value, (text) => text.replaceAll('$PATH', pathOf(id)).replaceAll('$ID', id)) as Value;
}

function fill(value: unknown, fillText: (text: string) => string): unknown {
  if (typeof value === 'string') return fillText(value);
  if (value instanceof RegExp || Buffer.isBuffer(value) || typeof value !== 'object' || value === null)
    return value;
  if (Array.isArray(value)) return value.map((each) => fill(each, fillText));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, fillText)]));
}

/** An HTTP/1.1 request that asks for something that answers at once. */
export const probeOf = (id: string): string => `GET /probe-${id} HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\n\r\n`;
