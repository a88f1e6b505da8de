import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WorldDescription } from '../../src/world-description.ts';
import { curl } from '../support/curl.ts';
import { startWorldProcess, type WorldProcess } from '../support/world-process.ts';

const TOPOLOGY = `service: fast
domain: example.com
hostedZoneId: Z1
home: us-east-1
regions:
  us-east-1: { proxies: 2 }
  eu-west-1: {}
`;
const PROXY = 'proxy1-us-east-1-fast';
/** New York, where us-east-1 is closest. */
const HERE = { from: 'New York' };

describe.each(['fastify', 'haproxy'] as const)(
  'faults of a world with %s at the edge',
  { timeout: 120_000 },
  (engine) => {
    let directory: string;
    let process: WorldProcess;
    let world: WorldDescription;
    let control: string;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'isochrone-faults-'));
      const file = join(directory, 'topology.yaml');
      await writeFile(file, TOPOLOGY);
      process = await startWorldProcess({
        args: ['--topology', file, '--engine', engine, '--time-scale', '50'],
      });
      world = await process.describe();
      control = new URL('/', world.sampleSite).href;
    });
    afterEach(async () => {
      await curl('-X', 'DELETE', `${control}faults`);
      expect(await json('faults')).toEqual({ faults: [] });
      await expect.poll(allHealthy, { timeout: 20_000 }).toBe(true);
    });
    afterAll(async () => {
      await process[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    });

    async function json(path: string): Promise<Record<string, unknown>> {
      return JSON.parse((await curl(`${control}${path}`)).body);
    }
    async function allHealthy(): Promise<boolean> {
      const { regions } = await process.describe();
      return regions.every(({ proxies }) => proxies.every(({ healthy, pid }) => healthy && pid !== null));
    }
    async function make(kind: string, target: string, more: Record<string, unknown> = {}): Promise<string> {
      const body = JSON.stringify({ kind, target, ...more });
      const answer = await curl(
        '-H',
        'content-type: application/json',
        '--data-binary',
        body,
        `${control}faults`,
      );
      expect([answer.status, answer.headers.get('location')]).toEqual([
        201,
        `/faults/${JSON.parse(answer.body).id}`,
      ]);
      return JSON.parse(answer.body).id;
    }
    const undo = (id: string) => curl('-X', 'DELETE', `${control}faults/${id}`);
    const proxyAt = () => {
      const proxy = world.regions[0]?.proxies[0];
      if (!proxy) throw new Error('no proxy');
      return proxy;
    };
    const ask = (url: string, ...args: readonly string[]) => {
      const { address, port } = proxyAt();
      return curl(
        '--cacert',
        world.ca,
        '--connect-to',
        `::${address}:${port}`,
        '--max-time',
        '9',
        ...args,
        url,
      );
    };
    const health = async () => {
      const { host } = proxyAt();
      return (
        await ask(`https://${host}:${world.frontDoor.port}/healthz`, '--max-time', '1').catch(() => undefined)
      )?.status;
    };
    /** Where a visitor's request through the first proxy is answered. */
    const answeredIn = async () => {
      const { status, headers } = await ask(world.scriptUrl);
      return status === 200 ? headers.get('x-region') : status;
    };
    const destinations = async () => {
      const { body } = await curl(`${control}decisions?${new URLSearchParams(HERE)}&draw=0`);
      return JSON.parse(body).addresses;
    };

    it('stop a proxy, which nobody starts again, and DNS leaves it out', async () => {
      const { address, pid } = proxyAt();
      const id = await make('proxy-stop', PROXY);
      expect(await health()).toBeUndefined();
      await expect.poll(destinations, { timeout: 10_000 }).not.toEqual([address]);
      expect((await process.describe()).regions[0]?.proxies[0]?.pid).toBeNull();
      expect((await undo(id)).status).toBe(204);
      expect(await health()).toBe(200);
      expect((await process.describe()).regions[0]?.proxies[0]?.pid).not.toBe(pid);
      await expect.poll(destinations, { timeout: 10_000 }).toEqual([address]);
    });

    it('freeze a proxy, which is the same afterwards', async () => {
      const { pid } = (await process.describe()).regions[0]?.proxies[0] ?? {};
      const id = await make('proxy-freeze', proxyAt().host);
      expect(await health()).toBeUndefined();
      await undo(id);
      await expect.poll(health, { timeout: 10_000 }).toBe(200);
      expect((await process.describe()).regions[0]?.proxies[0]?.pid).toBe(pid);
    });

    it('drain a proxy, which serves until it leaves', async () => {
      const id = await make('proxy-drain', PROXY);
      await expect.poll(health, { timeout: 5_000 }).toBe(503);
      expect(await answeredIn()).toBe('us-east-1');
      const pid = async () => (await process.describe()).regions[0]?.proxies[0]?.pid;
      await expect.poll(pid, { timeout: 15_000 }).toBeNull();
      await undo(id);
      expect(await health()).toBe(200);
    });

    it('lose a region, and its visitors to the next', async () => {
      const id = await make('region-down', 'us-east-1');
      const elsewhere = world.regions[1]?.proxies.map(({ address }) => address);
      await expect.poll(destinations, { timeout: 10_000 }).toEqual(elsewhere);
      await undo(id);
      await expect.poll(destinations, { timeout: 10_000 }).toEqual([proxyAt().address]);
      await expect.poll(answeredIn, { timeout: 10_000 }).toBe('us-east-1');
    });

    it.each([
      ['api-down', {}],
      ['api-slow', { ms: 5_000 }],
      ['api-errors', { status: 503 }],
      ['api-certificate', {}],
      ['store-down', {}],
    ])('make %s, which a visitor does not see', async (kind, more) => {
      const id = await make(kind, 'us-east-1', more);
      await expect.poll(answeredIn, { timeout: 40_000 }).toBe('eu-west-1');
      await undo(id);
      await expect.poll(answeredIn, { timeout: 40_000 }).toBe('us-east-1');
    });

    it('take the name of an API away', async () => {
      const api = world.regions[0]?.api;
      const look = async () => {
        const { decision } = await json(`decisions?name=${api?.host}`);
        return JSON.stringify(decision);
      };
      const id = await make('api-dns', 'us-east-1');
      expect(await look()).toContain('"no-such-name"');
      expect(['us-east-1', 'eu-west-1']).toContain(await answeredIn());
      await undo(id);
      expect(await look()).toContain('"answer"');
    });

    it('move an API to another address, where its visitors find it', async () => {
      const api = world.regions[0]?.api;
      const addresses = async () => (await json(`decisions?name=${api?.host}`))['addresses'];
      const before = await addresses();
      const id = await make('api-move', 'us-east-1');
      expect(await addresses()).not.toEqual(before);
      expect(['us-east-1', 'eu-west-1']).toContain(await answeredIn());
      // haproxy keeps an address for 30 s after DNS has dropped it, and asks elsewhere meanwhile.
      if (engine === 'fastify') await expect.poll(answeredIn, { timeout: 20_000 }).toBe('us-east-1');
      await undo(id);
      expect(await addresses()).toEqual(before);
      await expect.poll(answeredIn, { timeout: 20_000 }).toBe('us-east-1');
    });

    it('that make no sense are refused, with everything that is wrong', async () => {
      const post = ['-H', 'content-type: application/json', '--data-binary'];
      const answer = await curl(...post, '{"kind":"api-slow","target":"mars"}', `${control}faults`);
      expect(answer.status).toBe(422);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.parse(answer.body).problems.map(({ path }: { path: string }) => path)).toEqual([
        'ms',
        'target',
      ]);
      expect((await undo('fault-0')).status).toBe(404);
    });

    it('that froze a proxy do not let it outlive the world', async () => {
      const other = await startWorldProcess({
        args: ['--topology', join(directory, 'topology.yaml'), '--engine', engine, '--loopback', '127.79'],
      });
      const { regions, sampleSite } = await other.describe();
      const pids = regions.flatMap(({ proxies }) => proxies.flatMap(({ pid }) => pid ?? []));
      const body = JSON.stringify({ kind: 'proxy-freeze', target: PROXY });
      await curl(
        '-H',
        'content-type: application/json',
        '--data-binary',
        body,
        new URL('/faults', sampleSite).href,
      );
      other.process.kill('SIGKILL');
      await expect
        .poll(async () => (await Promise.all(pids.map(isAlive))).some(Boolean), { timeout: 10_000 })
        .toBe(false);
      await other[Symbol.asyncDispose]();
    });
  },
);

/** One that its new parent has not reaped yet (state Z) is not. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}
