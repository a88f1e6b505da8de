import type { ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority, wildcard } from './support/check.ts';
import { type EdgeOptions, startEdge } from './support/edge.ts';
import { topologyWith } from './support/topologies.ts';

const two = topologyWith(['us-east-1', 'eu-west-1']);
const one = topologyWith(['us-east-1']);

async function healthyEdge(options: EdgeOptions) {
  const edge = await startEdge(options);
  await edge.untilHealth('ok');
  return edge;
}

/** `width` callers at a time, each asking `count` times. */
async function inTurns<T>(width: number, count: number, ask: () => Promise<T>): Promise<readonly T[]> {
  const answers: T[] = [];
  const caller = async () => {
    for (let turn = 0; turn < count; turn += 1) answers.push(await ask());
  };
  await Promise.all(Array.from({ length: width }, caller));
  return answers;
}

const answered = ({ status, body }: { status: number; body: string }) => ({ status, body });

describe('/healthz', () => {
  it('names the instance while an upstream is there', async () => {
    const edge = await startEdge({ topology: two });
    const { status, headers, body } = await edge.untilHealth('ok');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.parse(body)).toEqual({
      status: 'ok',
      instance: 'proxy1-us-east-1-fast.example.com',
      region: 'us-east-1',
      engine: 'haproxy',
    });
  });

  it('stays 200 while only a fallback is left, and turns to 503 without any', {
    timeout: 20_000,
  }, async () => {
    const edge = await healthyEdge({ topology: two });
    edge.upstreams[0].close();
    expect(answered(await edge.ask({}))).toEqual({ status: 200, body: 'eu-west-1' });
    expect((await edge.ask({ path: '/healthz' })).status).toBe(200);
    edge.upstreams[1]?.close();
    await edge.ask({});
    const { status, body } = await edge.untilHealth('no-healthy-upstream');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ region: 'us-east-1', engine: 'haproxy' });
    const answer = await edge.ask({});
    expect([answer.status, answer.headers['x-edge-reason']]).toEqual([503, 'no-healthy-upstream']);
  });

  it('turns to 503 when the drain flag is set, while requests are still served and connections closed', async () => {
    const edge = await healthyEdge({ topology: two });
    await edge.engine.drain();
    expect((await edge.untilHealth('draining')).status).toBe(503);
    const { status, headers } = await edge.ask({ headers: { connection: 'keep-alive' } });
    expect([status, headers.connection]).toEqual([200, 'close']);
  });
});

describe('a request whose upstream fails', () => {
  it.each([
    ['resets the connection', (response: ServerResponse) => void response.destroy(), 502],
    ['answers 503', (response: ServerResponse) => void response.writeHead(503).end(), 503],
  ])('goes to the fallback when it may be sent twice: %s', async (_what, fail, status) => {
    const edge = await healthyEdge({ topology: two });
    edge.upstreams[0].respond((_request, response) => fail(response));
    expect(answered(await edge.ask({}))).toEqual({ status: 200, body: 'eu-west-1' });
    expect(edge.upstreams[1]?.seen).toMatchObject([
      { sni: 'eu-west-1-fast.example.com', headers: { host: 'eu-west-1-fast.example.com' } },
    ]);
    for (const request of [{ method: 'PUT', body: 'x' }, { method: 'POST' }, { method: 'GET', body: 'x' }]) {
      const headers = request.body === undefined ? {} : { 'content-length': '1' };
      expect((await edge.ask({ ...request, headers })).status).toBe(status);
    }
    expect(edge.upstreams[1]?.seen).toHaveLength(1);
  });

  it('goes to the fallback when the upstream is silent', async () => {
    const edge = await healthyEdge({ topology: two });
    edge.upstreams[0].respond(() => {});
    expect(answered(await edge.ask({}))).toEqual({ status: 200, body: 'eu-west-1' });
  });

  it('gets the own upstream again once that is back', async () => {
    const edge = await healthyEdge({ topology: two });
    edge.upstreams[0].respond((_request, response) => void response.destroy());
    expect((await edge.ask({})).body).toBe('eu-west-1');
    edge.upstreams[0].respond((_request, response) => void response.end('us-east-1'));
    await expect.poll(async () => (await edge.ask({})).body, { timeout: 15_000 }).toBe('us-east-1');
  });

  it('is not lost when the upstream dies among many', async () => {
    const edge = await healthyEdge({ topology: two });
    edge.upstreams[0].respond((_request, response) => {
      response.end('us-east-1');
      if (edge.upstreams[0].seen.length === 100) edge.upstreams[0].close();
    });
    const answers = await inTurns(8, 50, () => edge.ask({}));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(edge.upstreams[1]?.seen.length).toBeGreaterThan(0);
  });

  it('is not lost, and keeps its SNI, when the upstream closes connections as it pleases', {
    timeout: 30_000,
  }, async () => {
    const edge = await healthyEdge({ topology: two });
    const [own] = edge.upstreams;
    own.respond(({ socket }, response) => {
      if (own.seen.length % 10 === 0) socket.destroy();
      else if (own.seen.length % 3 === 0) response.end('ok', () => setImmediate(() => socket.destroy()));
      else response.end('ok');
    });
    const answers = await inTurns(8, 50, () => edge.ask({}));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(own.connections()).toBeGreaterThan(10);
    for (const { sni, headers } of edge.upstreams.flatMap(({ seen }) => seen)) expect(sni).toBe(headers.host);
  });

  it('gets an answer, not a hang-up, when the last upstream dies with its connections', async () => {
    const edge = await healthyEdge({ topology: two });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    edge.upstreams[0].close();
    expect((await edge.ask({ agent })).status).toBe(200);
    edge.upstreams[1]?.close();
    for (const request of [{}, { agent }, {}]) {
      const { status, headers } = await edge.ask(request);
      expect([status, headers['x-edge-reason']]).toEqual([503, 'no-healthy-upstream']);
    }
  });
});

describe('a lone upstream', () => {
  it('that refuses connections is a 502, and is asked again at once', async () => {
    const edge = await healthyEdge({ topology: one });
    await expect.poll(() => edge.upstreams[0].checks.length, { timeout: 10_000 }).toBeGreaterThan(0);
    edge.upstreams[0].close();
    for (const method of ['GET', 'PUT']) {
      const { status, headers } = await edge.ask({ method });
      expect([status, headers['x-edge-reason']]).toEqual([502, 'upstream-unreachable']);
    }
  });

  it('that is silent is a 504', async () => {
    const edge = await healthyEdge({ topology: one });
    edge.upstreams[0].respond(() => {});
    const { status, headers } = await edge.ask({});
    expect([status, headers['x-edge-reason']]).toEqual([504, 'upstream-timeout']);
    expect(edge.upstreams[0].seen).toHaveLength(1);
  });

  it('that drops a connection is asked once more, then is a 502', async () => {
    const edge = await healthyEdge({ topology: one });
    edge.upstreams[0].respond((_request, response) => void response.destroy());
    const { status, headers } = await edge.ask({});
    expect([status, headers['x-edge-reason']]).toEqual([502, 'upstream-reset']);
    expect(edge.upstreams[0].seen).toHaveLength(2);
  });
});

describe('an upstream that cannot prove who it is', async () => {
  const rogue = await createCertificateAuthority({ commonName: 'rogue' });
  const certificates = {
    'signed by another authority': await issueCertificate(rogue, { hostnames: ['*.example.com'] }),
    'for another name': await issueCertificate(authority, { hostnames: ['eu-west-1-fast.example.com'] }),
    expired: await issueCertificate(authority, {
      hostnames: ['*.example.com'],
      notBefore: new Date(Date.now() - 3 * 86_400_000),
      notAfter: new Date(Date.now() - 86_400_000),
    }),
  };

  it.each(Object.entries(certificates))('gets no request: %s', async (_what, certificate) => {
    const edge = await startEdge({ topology: two, certificates: [certificate, wildcard] });
    await edge.untilHealth('ok');
    expect(answered(await edge.ask({}))).toEqual({ status: 200, body: 'eu-west-1' });
    expect(edge.upstreams[0].seen).toEqual([]);
    expect(edge.upstreams[0].checks).toEqual([]);
  });
});

it('checks each upstream with its own Host and SNI', async () => {
  const edge = await healthyEdge({ topology: two });
  for (const [index, hostname] of ['us-east-1-fast.example.com', 'eu-west-1-fast.example.com'].entries()) {
    await expect
      .poll(() => edge.upstreams[index]?.checks[0], { timeout: 15_000 })
      .toMatchObject({ method: 'GET', sni: hostname, headers: { host: hostname } });
  }
});

it('keeps to its own upstreams when another process runs the same instance on another address', async () => {
  const [first, second] = await Promise.all([healthyEdge({ topology: two }), healthyEdge({ topology: two })]);
  await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? first : second).ask({})));
  expect([first.upstreams[0].seen.length, second.upstreams[0].seen.length]).toEqual([10, 10]);
});
