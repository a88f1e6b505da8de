import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect as http2Connect } from 'node:http2';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { issueCertificate } from '@isochrone/dev-ca';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority } from './support/check.ts';
import { ask } from './support/client.ts';
import { type Edge, startEdge } from './support/edge.ts';
import { topologyWith } from './support/topologies.ts';

const two = topologyWith(['us-east-1', 'eu-west-1']);

async function healthyEdge(): Promise<Edge> {
  const edge = await startEdge({ topology: two });
  await edge.untilHealth('ok');
  return edge;
}

/** Asks without a pause while `work` is done, each time on a connection of its own; what was answered. */
async function whileAsking(edge: Edge, work: () => Promise<void>): Promise<readonly string[]> {
  const answers = new Set<string>();
  let isDone = false;
  const visitor = async (): Promise<void> => {
    while (!isDone) {
      const { status, body } = await edge.ask({});
      answers.add(`${status} ${body}`);
    }
  };
  const visitors = Promise.all([visitor(), visitor()]);
  await work();
  isDone = true;
  await visitors;
  return [...answers];
}

describe('a reload', () => {
  it('loses no request, and asks no other upstream', async () => {
    const edge = await healthyEdge();
    const answers = await whileAsking(edge, async () => {
      for (let count = 0; count < 3; count += 1) await edge.engine.reload();
    });
    expect(answers).toEqual(['200 us-east-1']);
  });

  it('keeps an upstream out that is down', async () => {
    const edge = await healthyEdge();
    edge.upstreams[0].close();
    await edge.ask({});
    await edge.engine.reload();
    const { headers } = await edge.ask({});
    expect(headers['x-edge-upstream']).toBe('eu-west-1');
    expect(headers).not.toHaveProperty('x-edge-retried');
  });

  it('shows a new certificate', async () => {
    const edge = await healthyEdge();
    const fresh = await issueCertificate(authority, { hostnames: ['*.example.com'] });
    await writeFile(edge.settings.certificate, fresh.certificate + fresh.key, { mode: 0o600 });
    await edge.engine.reload();
    const socket = tlsConnect({ ...edgeAddress(edge), ca: edge.ca, servername: 'fast.example.com' });
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.getPeerX509Certificate()?.toString()).toBe(fresh.certificate);
  });

  it('takes leave of HTTP/2 connections politely', async () => {
    const edge = await healthyEdge();
    const session = http2Connect('https://fast.example.com', {
      createConnection: () =>
        tlsConnect({
          ...edgeAddress(edge),
          ca: edge.ca,
          servername: 'fast.example.com',
          ALPNProtocols: ['h2'],
        }),
    });
    onTestFinished(() => session.destroy());
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    const goodbye = new Promise((resolve) => session.once('goaway', resolve));
    await edge.engine.reload();
    expect(await goodbye).toBe(0);
  });

  it('lets the plain listener go, and brings it back', async () => {
    const edge = await healthyEdge();
    await edge.configure({ plainBind: null });
    await edge.engine.reload();
    await expect(edge.askPlain({})).rejects.toThrow('ECONNREFUSED');
    await edge.configure({});
    await edge.engine.reload();
    expect((await edge.askPlain({})).status).toBe(403);
  });
});

describe('a drain', () => {
  it('lasts through a reload', async () => {
    const edge = await healthyEdge();
    await edge.engine.drain();
    await edge.engine.reload();
    expect((await edge.ask({ path: '/healthz' })).status).toBe(503);
    expect((await edge.ask({})).status).toBe(200);
  });

  it('ends with the process gone, and no request lost until then', async () => {
    const edge = await healthyEdge();
    const answers = await whileAsking(edge, () => edge.engine.drain());
    expect(answers).toEqual(['200 us-east-1']);
    await edge.engine.stop();
    expect(await edge.engine.exited).toEqual({ code: 0, signal: null });
  });
});

it('listens at no other address than the two public ones and loopback', async () => {
  const edge = await healthyEdge();
  await ask({ to: edge.settings.adminBind, host: 'localhost', path: '/metrics' });
  const { stdout } = await promisify(execFile)('ss', ['-ltnpH']);
  const group = await groupMembers(edge.engine.pid);
  const addresses = stdout
    .split('\n')
    .filter((line) => group.some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => line.split(/\s+/)[3]);
  const { bind, plainBind, adminBind } = edge.settings;
  expect([...new Set(addresses)].sort()).toEqual(
    [bind, plainBind ?? bind, adminBind].map(({ address, port }) => `${address}:${port}`).sort(),
  );
});

const edgeAddress = ({ settings }: Edge) => ({ host: settings.bind.address, port: settings.bind.port });

async function groupMembers(leader: number): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', [
    '-o',
    'pid=',
    '--ppid',
    String(leader),
    '-p',
    String(leader),
  ]);
  return stdout.trim().split(/\s+/);
}
