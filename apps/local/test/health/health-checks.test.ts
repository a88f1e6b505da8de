import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevCa } from '@isochrone/dev-ca';
import type { HealthCheck } from '@isochrone/topology';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Endpoint } from '../../src/address-plan.ts';
import { type HealthTransition, openHealthChecks } from '../../src/health/health-checks.ts';
import { probe } from '../../src/health/probe.ts';

const HOST = 'proxy1-eu-west-1-fast.example.com.localhost';
let pem: Buffer;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-health-'));
  const ca = await openDevCa(directory);
  // Of another name: Route 53 does not look at certificates.
  const { file } = await ca.issue('other', ['other.example.com.localhost']);
  pem = await readFile(file);
  await rm(directory, { recursive: true });
});

interface Endpointed {
  readonly at: Endpoint;
  readonly server: Server;
  status: number;
  readonly asked: { readonly host: string | undefined; readonly sni: string | false | undefined }[];
}

async function endpoint(): Promise<Endpointed> {
  const asked: Endpointed['asked'][number][] = [];
  const server = createServer({ cert: pem, key: pem }, (request, response) => {
    const { socket } = request;
    asked.push({
      host: request.headers.host,
      sni: 'servername' in socket ? String(socket.servername) : undefined,
    });
    response.writeHead(state.status, { location: '/' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const state: Endpointed = { at: at(server.address()), server, status: 200, asked };
  return state;
}

const at = (address: unknown): Endpoint => {
  const port = typeof address === 'object' && address !== null && 'port' in address ? address.port : 0;
  return { address: '127.0.0.1', port: Number(port) };
};

const httpsCheck = (id: string): HealthCheck => ({
  kind: 'https',
  id,
  owner: 'eu-west-1',
  hostname: HOST,
  port: 443,
  path: '/healthz',
  interval: 10,
  failureThreshold: 3,
});

describe('probe', () => {
  it('sends the checked name as SNI and Host, and takes any certificate', async () => {
    const { at, asked } = await endpoint();
    expect(await probe(HOST, '/healthz', at)).toMatchObject({ passed: true, reason: 'status 200' });
    expect(asked).toEqual([{ host: HOST, sni: HOST }]);
  });

  it.each([
    [204, true],
    [302, true],
    [404, false],
    [503, false],
  ])('with status %i says passed: %s', async (status, passed) => {
    const server = await endpoint();
    server.status = status;
    expect(await probe(HOST, '/healthz', server.at)).toMatchObject({ passed, reason: `status ${status}` });
  });

  it('fails where nobody listens', async () => {
    const { at, server } = await endpoint();
    server.close();
    await once(server, 'close');
    expect(await probe(HOST, '/healthz', at)).toMatchObject({ passed: false, reason: 'connection refused' });
  });

  it('gives up two seconds after it was connected, as with a frozen process', async () => {
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const result = await probe(HOST, '/healthz', at(silent.address()));
    expect(result).toMatchObject({ passed: false, reason: 'no answer within 2 s' });
    expect(result.ms).toBeGreaterThanOrEqual(1_900);
  });

  it.each(['HTTP/1.1 200', 'SSH-2.0-OpenSSH_9.2\r\n', ''])(
    'fails when the other side says %j and leaves',
    async (text) => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => {});
        socket.end(text);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      expect((await probe(HOST, '/healthz', at(server.address()))).passed).toBe(false);
    },
  );
});

describe('health checks', () => {
  function checking(resolve: () => Endpoint | undefined) {
    const transitions: HealthTransition[] = [];
    const heard = new Set<() => void>();
    const checks = openHealthChecks({
      resolve,
      timeScale: 100,
      onTransition: (transition) => {
        transitions.push(transition);
        for (const look of heard) look();
      },
    });
    onTestFinished(() => checks.stop());
    const until = (check: string, healthy: boolean): Promise<HealthTransition> =>
      new Promise((resolved) => {
        const look = (): void => {
          const found = transitions.findLast((transition) => transition.check === check);
          if (found?.healthy === healthy) resolved(found);
        };
        heard.add(look);
        look();
      });
    return { checks, transitions, until };
  }

  it('count a new check as healthy', () => {
    const { checks } = checking(() => undefined);
    checks.apply([httpsCheck('one')]);
    expect(checks.isHealthy('one')).toBe(true);
  });

  it('follow an endpoint down and up, and keep the history', async () => {
    const server = await endpoint();
    const { checks, until } = checking(() => server.at);
    checks.apply([httpsCheck('one')]);
    server.status = 503;
    expect(await until('one', false)).toMatchObject({ reason: 'status 503' });
    expect(checks.isHealthy('one')).toBe(false);
    server.status = 200;
    expect(await until('one', true)).toMatchObject({ reason: 'status 200' });
    const [view] = checks.describe();
    expect(view?.history.map(({ healthy }) => healthy)).toEqual([false, true]);
    expect(view?.checkers).toHaveLength(6);
    expect(view?.checkers?.[0]?.last).toMatchObject({ passed: true });
  });

  it('fail a name without an address', async () => {
    const { checks, until } = checking(() => undefined);
    checks.apply([httpsCheck('one')]);
    expect(await until('one', false)).toMatchObject({ reason: 'the name has no address' });
  });

  it('count the children of a calculated check', async () => {
    const server = await endpoint();
    server.status = 503;
    const { checks, until } = checking(() => server.at);
    checks.apply([
      { kind: 'calculated', id: 'both', owner: 'eu-west-1', children: ['one', 'two'], healthThreshold: 1 },
      httpsCheck('one'),
      httpsCheck('two'),
    ]);
    expect(checks.isHealthy('both')).toBe(true);
    expect(await until('both', false)).toMatchObject({ reason: '0 of 2 children are healthy' });
    server.status = 200;
    expect(await until('both', true)).toMatchObject({ reason: '1 of 2 children are healthy' });
  });

  it('keep what has not changed when checks come and go', async () => {
    const { checks, until } = checking(() => undefined);
    checks.apply([httpsCheck('one')]);
    await until('one', false);
    checks.apply([httpsCheck('one'), httpsCheck('two')]);
    expect(checks.isHealthy('one')).toBe(false);
    checks.apply([httpsCheck('two')]);
    expect(checks.describe().map(({ id }) => id)).toEqual(['two']);
    expect(checks.isHealthy('one')).toBe(true);
  });
});
