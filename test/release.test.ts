import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startWorldProcess, type WorldProcess } from '../apps/local/test/support/world-process.ts';
import { root } from './workspace.ts';

const TOPOLOGY = `service: fast
domain: example.com
hostedZoneId: Z1
home: us-east-1
regions:
  us-east-1: { engine: haproxy }
  eu-west-1: { engine: fastify }
  ap-southeast-2: {}
`;
/** The canary first, the home last. */
const ORDER = ['eu-west-1', 'ap-southeast-2', 'us-east-1'];

const releasedSchema = z.object({
  functions: z.array(z.object({ region: z.string(), job: z.string(), outcome: z.string() })),
  failure: z.string().nullable(),
});

/** Releases as an engineer does, while visitors of every region load the script through its proxy. */
describe('a release in the local world', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-release-'));
  const topologyFile = join(folder, 'topology.yaml');
  const built = join(folder, 'built');
  let world: WorldProcess;
  let control = '';
  let visitors: Visitors;

  beforeAll(async () => {
    writeFileSync(topologyFile, TOPOLOGY);
    world = await startWorldProcess({ args: ['--topology', topologyFile, '--loopback', '127.83'] });
    const { sampleSite } = await world.describe();
    control = new URL('/', sampleSite).href;
    cpSync(join(world.state, 'functions'), built, { recursive: true });
    visitors = await startVisitors(world);
  });
  afterAll(async () => {
    await visitors?.stop();
    await world?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The functions that run, calling themselves another bundle; delivery does `first` before anything else. */
  function bundle(name: string, first = ''): string {
    const target = join(folder, name);
    cpSync(built, target, { recursive: true });
    const [delivery, publishing] = ['delivery', 'publishing'].map((job) => join(target, job, 'index.mjs'));
    if (delivery === undefined || publishing === undefined) throw new Error('no functions');
    const code = readFileSync(delivery, 'utf8').replaceAll(visitors.firstBundle, name);
    writeFileSync(delivery, `${first}${code}`);
    appendFileSync(publishing, `// ${name}\n`);
    return target;
  }

  const start = (command: string, ...args: string[]): ChildProcessByStdio<null, Readable, null> => {
    const all = [command, '--topology', topologyFile, '--world', control, ...args];
    return spawn(join(root, 'isochrone'), all, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  };
  async function done(child: ReturnType<typeof start>) {
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { code, ...releasedSchema.parse(JSON.parse(output)) };
  }
  const release = (name: string, first?: string) =>
    done(start('release', '--bundle', bundle(name, first), '--json'));
  const regionsWith = (functions: z.output<typeof releasedSchema>['functions'], wanted: string) => [
    ...new Set(functions.filter(({ outcome }) => outcome === wanted).map(({ region }) => region)),
  ];

  it('is what every visitor gets, the canary first, and costs no request', async () => {
    const { code, functions } = await release('aaaaaaaaaaaaaaaa');
    expect({ code, regions: regionsWith(functions, 'released') }).toEqual({ code: 0, regions: ORDER });
    await visitors.allGet('aaaaaaaaaaaaaaaa');
    expect(visitors.failures).toEqual([]);
  });

  it('goes on where it was interrupted, and costs no request', async () => {
    const folderOfBundle = bundle('bbbbbbbbbbbbbbbb');
    const child = start('release', '--bundle', folderOfBundle);
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('eu-west-1 publishing: version')) continue;
      // Its shell and all.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      break;
    }
    const { code, functions } = await done(start('release', '--bundle', folderOfBundle, '--json'));
    expect(code).toBe(0);
    expect(regionsWith(functions, 'already')).toContain('eu-west-1');
    await visitors.allGet('bbbbbbbbbbbbbbbb');
    expect(visitors.failures).toEqual([]);
  });

  it('of a bad version reaches no visitor', async () => {
    const { code, failure } = await release('cccccccccccccccc', "throw new Error('bad');\n");
    expect({ code, failure }).toMatchObject({
      code: 1,
      failure: expect.stringMatching(/^eu-west-1 delivery: .* on staging$/),
    });
    await visitors.allGet('bbbbbbbbbbbbbbbb');
    expect(visitors.failures).toEqual([]);
  });

  it('is taken back everywhere by itself where one region is ill with it, and costs no request', async () => {
    const ill = "if (process.env.AWS_REGION === 'us-east-1') throw new Error('ill here');\n";
    const { code, functions, failure } = await release('dddddddddddddddd', ill);
    expect({ code, failure }).toMatchObject({
      code: 1,
      failure: expect.stringMatching(/^us-east-1 delivery/),
    });
    expect(regionsWith(functions, 'undone').toSorted()).toEqual(['ap-southeast-2', 'eu-west-1']);
    await visitors.allGet('bbbbbbbbbbbbbbbb');
    expect(visitors.seen).toContain('dddddddddddddddd');
    expect(visitors.failures).toEqual([]);
  });

  it('can be rolled back, which costs no request', async () => {
    expect(await done(start('rollback', '--json'))).toMatchObject({ code: 0 });
    await visitors.allGet('aaaaaaaaaaaaaaaa');
    expect(visitors.failures).toEqual([]);
  });

  it.each([
    ['another region', `${TOPOLOGY}  sa-east-1: {}\n`, 'no region sa-east-1'],
    ['another domain', TOPOLOGY.replace('example.com', 'example.org'), 'not fast.example.org.localhost'],
  ])('is refused with the topology of %s, before anything is moved', async (_of, topology, complaint) => {
    const another = join(folder, 'another.yaml');
    writeFileSync(another, topology);
    const args = ['release', '--topology', another, '--world', control, '--json'];
    const child = spawn(join(root, 'isochrone'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect({ code, ...JSON.parse(output) }).toMatchObject({ code: 2, error: { code: 'CLI_USAGE' } });
    expect(output).toContain(complaint);
    await visitors.allGet('aaaaaaaaaaaaaaaa');
  });

  it('builds the functions for the local names where it is given none', async () => {
    const { code, functions } = await done(start('release', '--json'));
    expect({ code, regions: regionsWith(functions, 'released') }).toEqual({ code: 0, regions: ORDER });
    expect(visitors.failures).toEqual([]);
    expect(visitors.answers()).toBeGreaterThan(500);
  });
});

interface Visitors {
  /** The one that answered before any release. */
  readonly firstBundle: string;
  /** Every bundle that answered. */
  readonly seen: ReadonlySet<string>;
  readonly failures: readonly string[];
  /** Answers that were whole. */
  answers(): number;
  /** Resolves when the next answer of every region is this bundle's. */
  allGet(bundle: string): Promise<void>;
  stop(): Promise<void>;
}

/** One visitor at each proxy, who asks again as soon as there is an answer, on one connection. */
async function startVisitors(world: WorldProcess): Promise<Visitors> {
  const { regions, scriptUrl, ca } = await world.describe();
  const { hostname, pathname } = new URL(scriptUrl);
  const seen = new Set<string>();
  const failures: string[] = [];
  const latest = new Map<string, string>();
  let visiting = true;
  let answers = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(ca) });

  async function visit({
    address,
    port,
  }: {
    readonly address: string;
    readonly port: number;
  }): Promise<string> {
    const asked = request({
      agent,
      host: address,
      port,
      servername: hostname,
      path: pathname,
      headers: { host: hostname },
    });
    asked.end();
    const [response] = await once(asked, 'response');
    const body = await text(response);
    if (response.statusCode !== 200 || body.length < 1000)
      throw new Error(`${response.statusCode} ${body.slice(0, 200)}`);
    return String(response.headers['x-bundle']);
  }
  const proxies = regions.flatMap((region) => region.proxies);
  const [nearest] = proxies;
  if (nearest === undefined) throw new Error('a world without proxies');
  const firstBundle = await visit(nearest);
  const all = proxies.map(async (proxy) => {
    while (visiting) {
      try {
        const bundle = await visit(proxy);
        answers += 1;
        seen.add(bundle);
        latest.set(proxy.name, bundle);
      } catch (error) {
        failures.push(`${proxy.name}: ${error}`);
      }
      await sleep(5);
    }
  });
  return {
    firstBundle,
    seen,
    failures,
    answers: () => answers,
    allGet: async (bundle) => {
      latest.clear();
      const answered = (): readonly string[] => [...latest.values()];
      await expect.poll(() => answered().length, { timeout: 20_000 }).toBe(all.length);
      expect(new Set(answered())).toEqual(new Set([bundle]));
    },
    stop: async () => {
      visiting = false;
      await Promise.all(all);
      agent.destroy();
    },
  };
}
