import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listeningSockets, processTree } from '@isochrone/proxy-conformance';
import type { Tour } from '@isochrone/tours';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorldDescription } from '../src/world-description.ts';
import { type CurlAnswer, curl } from './support/curl.ts';
import { startWorldProcess, type WorldProcess } from './support/world-process.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ISOCHRONE = join(ROOT, 'isochrone');

/** Cities, their documentation networks, and the region that the latency model has for each. */
const cities = [
  ['New York', '198.18.1.0', 'us-east-1'],
  ['San Francisco', '198.18.6.0', 'us-east-1'],
  ['Sao Paulo', '198.18.17.0', 'us-east-1'],
  ['London', '198.18.18.0', 'eu-west-1'],
  ['Frankfurt', '198.18.22.0', 'eu-west-1'],
  ['Lagos', '198.18.31.0', 'eu-west-1'],
  ['Mumbai', '198.18.36.0', 'eu-west-1'],
  ['Singapore', '198.18.38.0', 'ap-southeast-2'],
  ['Tokyo', '198.18.44.0', 'ap-southeast-2'],
  ['Sydney', '198.18.48.0', 'ap-southeast-2'],
] as const;

describe.each(['fastify', 'haproxy'] as const)('the local world with %s at the edge', (engine) => {
  let process: WorldProcess;
  let world: WorldDescription;

  beforeAll(async () => {
    process = await startWorldProcess({ args: ['--engine', engine, '--replication-lag', '20'] });
    world = await process.describe();
  });
  afterAll(() => process[Symbol.asyncDispose]());

  const through = (place: { readonly address: string; readonly port: number }): readonly string[] => [
    ...['--cacert', world.ca],
    ...['--connect-to', `::${place.address}:${place.port}`],
  ];
  const proxies = () =>
    world.regions.flatMap(({ name, proxies }) => proxies.map((proxy) => ({ region: name, ...proxy })));

  it('has the proxies of every region, healthy', () => {
    expect(world.ready).toBe(true);
    expect(world.regions.map(({ name, proxies }) => [name, proxies.length])).toEqual([
      ['us-east-1', 2],
      ['eu-west-1', 2],
      ['ap-southeast-2', 2],
    ]);
    expect(proxies().every(({ healthy, engine: kind }) => healthy && kind === engine)).toBe(true);
  });

  it("delivers the sample tour through every proxy, from the proxy's own region", async () => {
    for (const proxy of proxies()) {
      const { status, headers, body } = await curl(...through(proxy), world.scriptUrl);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(headers.get('x-region')).toBe(proxy.region);
      expect(headers.get('x-edge')).toBe(proxy.name);
      expect(headers.get('x-edge-engine')).toBe(engine);
      expect(body).toContain('Start with a date range');
    }
  });

  it('sends ten cities to the closest region, by dig, /decisions and explain alike', async () => {
    const control = new URL(world.sampleSite).origin;
    const host = new URL(world.publicUrl).hostname;
    const server = [`@${world.dns.address}`, '-p', String(world.dns.port)];
    const regionOf = (where: string): string | undefined =>
      proxies().find(({ address, name }) => where === address || where.startsWith(`${name}.`))?.region;
    for (const [city, network, region] of cities) {
      const dug = await run('dig', [...server, `+subnet=${network}/24`, '+short', host]);
      const decided = await curl(`${control}/decisions?from=${network}`);
      const explained = await run(ISOCHRONE, ['explain', '--from', city, '--json'], { cwd: ROOT });
      const [answer] = JSON.parse(explained.stdout).decision.answers;
      expect([
        city,
        regionOf(dug.stdout.trim()),
        ...JSON.parse(decided.body).addresses.map(regionOf),
        regionOf(answer.data.instance),
      ]).toEqual([city, region, region, region]);
    }
  });

  it('listens on loopback alone', async () => {
    const listeners = await listeningSockets(await processTree(process.process.pid ?? 0));
    expect(listeners.length).toBeGreaterThan(proxies().length);
    expect(listeners.filter((listener) => !listener.startsWith('127.'))).toEqual([]);
  });

  it('works as the printed curl line says', async () => {
    const line = await process.line(/^script {3}curl /);
    const { status } = await curl(...line.replace(/^script {3}curl /, '').split(' '));
    expect(status).toBe(200);
  });

  it('answers 403 at a gateway that is asked for the public name, as API Gateway does', async () => {
    for (const { api } of world.regions) {
      const { status, headers, body } = await curl('--insecure', ...through(api), world.scriptUrl);
      expect(status).toBe(403);
      expect(body).toBe('{"message":"Forbidden"}');
      expect(headers.get('x-amzn-errortype')).toBe('ForbiddenException');
    }
  });

  it('shows each of 200 published changes at the very next load in every region', async () => {
    const authorization = ['-H', `authorization: Bearer ${world.publishKey}`];
    const trusted = ['--cacert', world.ca];
    const draft = `${world.publish.url}/draft`;
    const before = await answered(...trusted, ...authorization, draft);
    const tour: Tour = JSON.parse(before.body);
    const file = join(process.state, 'tour.json');
    const places = world.regions.flatMap(({ proxies: [first] }) => first ?? []);
    const stale: string[] = [];
    for (let trial = 1; trial <= 200; trial += 1) {
      await writeFile(file, JSON.stringify(titled(tour, `trial ${trial} on ${engine}`)));
      const put = await answered(
        ...trusted,
        ...authorization,
        ...['-X', 'PUT', '-H', 'content-type: application/json', '-H', 'if-match: *'],
        ...['--data-binary', `@${file}`],
        draft,
      );
      expect(put.status).toBe(200);
      const published = await answered(
        ...trusted,
        ...authorization,
        ...['-X', 'POST', `${world.publish.url}/publish?wait=all`],
      );
      expect(published.status).toBe(200);
      const answers = await Promise.all(places.map((place) => curl(...through(place), world.scriptUrl)));
      for (const { headers, body } of answers) {
        if (!body.includes(`trial ${trial} on ${engine}`))
          stale.push(`${headers.get('x-region')} at ${trial}`);
      }
    }
    expect(stale).toEqual([]);
    await rm(file);
  }, 900_000);

  it('says that a child crashed, and starts it again', async () => {
    const [victim] = proxies();
    if (!victim?.pid) throw new Error('no proxy runs');
    globalThis.process.kill(victim.pid, 'SIGKILL');
    await process.line(new RegExp(`^${victim.name} ended .*; starting it again`));
    await expect
      .poll(async () => (await curl(...through(victim), world.scriptUrl).catch(() => undefined))?.status, {
        timeout: 25_000,
      })
      .toBe(200);
  });
});

/** As a client should: a store that is busy says 503, and is asked again. */
async function answered(...args: readonly string[]): Promise<CurlAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await curl(...args);
    if (answer.status !== 503 || attempt === 20) return answer;
  }
}

/** The tour with another title in its first step. */
function titled(tour: Tour, title: string): Tour {
  return {
    ...tour,
    steps: tour.steps.map((step, index) =>
      index === 0
        ? {
            ...step,
            content: Object.fromEntries(
              Object.entries(step.content).map(([locale, content]) => [locale, { ...content, title }]),
            ),
          }
        : step,
    ),
  };
}
