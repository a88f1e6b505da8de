import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './workspace.ts';

const TOPOLOGY = `service: fast
domain: example.com
hostedZoneId: Z1
home: us-east-1
regions:
  us-east-1: { proxies: 2 }
  eu-west-1: { proxies: 2 }
  ap-southeast-2: {}
`;

const reportSchema = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({
      level: z.string(),
      id: z.string(),
      subject: z.string(),
      cause: z.string(),
      remedy: z.string(),
    }),
  ),
  latencies: z.array(z.object({ name: z.string(), firstByte: z.number() })),
});

const worldSchema = z.object({
  regions: z.array(
    z.object({ proxies: z.array(z.object({ healthy: z.boolean(), pid: z.number().nullable() })) }),
  ),
});

describe('isochrone doctor in the local world', { timeout: 120_000 }, () => {
  let folder: string;
  let control = '';
  const ended: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isochrone-doctor-'));
    await writeFile(join(folder, 'topology.yaml'), TOPOLOGY);
    await writeFile(join(folder, 'more.yaml'), `${TOPOLOGY}  sa-east-1: {}\n`);
    const free = ['--port', '0', '--dns-port', '0', '--control-port', '0', '--loopback', '127.82'];
    const world = spawn(
      process.execPath,
      // Real time: a proxy that drains has to be found before it is gone.
      [
        join(root, 'apps/local/src/main.ts'),
        '--state',
        join(folder, 'state'),
        '--topology',
        join(folder, 'topology.yaml'),
        ...free,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    ended.push(async () => {
      world.kill('SIGTERM');
      if (world.exitCode === null) await once(world, 'exit');
    });
    for await (const line of createInterface({ input: world.stdout })) {
      const url = /^world +curl (\S+)/.exec(line)?.[1];
      if (url !== undefined) control = new URL('/', url).href;
      if (line.startsWith('ready in ')) break;
    }
    world.stdout.resume();
  });

  afterAll(async () => {
    for (const end of ended) await end();
    await rm(folder, { recursive: true, force: true });
  });

  async function examined(file = 'topology.yaml') {
    const args = ['doctor', '--json', '--world', control, '--topology', join(folder, file)];
    const doctor = spawn(join(root, 'isochrone'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    doctor.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const [code] = await once(doctor, 'close');
    const report = reportSchema.parse(JSON.parse(output));
    const short = report.findings.map(({ level, id, subject, cause }) => ({
      level,
      id,
      subject: subject.replace('.example.com.localhost', ''),
      cause,
    }));
    expect(report.ok).toBe(!short.some(({ level }) => level === 'error'));
    expect(code).toBe(report.ok ? 0 : 1);
    return { ...report, findings: short };
  }

  /** Without what is slow: how quick a world is that shares its machine with other tests is not for a test to say. */
  const serious = async () => (await examined()).findings.filter(({ id }) => !id.endsWith('-slow'));

  async function make(fault: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${control}faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    expect(response.status).toBe(201);
  }

  async function mend(): Promise<void> {
    await fetch(`${control}faults`, { method: 'DELETE' });
    const whole = async (): Promise<boolean> => {
      const { regions } = worldSchema.parse(await (await fetch(`${control}world`)).json());
      return regions.every(({ proxies }) => proxies.every(({ pid, healthy }) => pid !== null && healthy));
    };
    await expect.poll(whole, { timeout: 60_000 }).toBe(true);
    // A proxy asks another region until its own checks have found its own API well again.
    await expect.poll(serious, { timeout: 60_000 }).toEqual([]);
  }

  it('finds nothing wrong, and times every hop', async () => {
    expect(await serious()).toEqual([]);
    const { latencies } = await examined();
    expect(latencies.map(({ name }) => name.split('-fast')[0])).toEqual([
      'proxy1-us-east-1',
      'proxy2-us-east-1',
      'proxy1-eu-west-1',
      'proxy2-eu-west-1',
      'proxy1-ap-southeast-2',
      'us-east-1',
      'eu-west-1',
      'ap-southeast-2',
    ]);
  });

  it.each([
    {
      what: 'a wrong certificate',
      fault: { kind: 'api-certificate', target: 'eu-west-1' },
      id: 'certificate-name',
      subject: 'eu-west-1-fast',
      cause: /it has no custom domain of this name/,
    },
    {
      what: 'a stale bundle in one region',
      fault: { kind: 'api-header', target: 'ap-southeast-2', name: 'x-bundle', value: '0123456789abcdef' },
      id: 'bundle-differs',
      subject: 'ap-southeast-2-fast',
      cause: /a release stopped half way/,
    },
    {
      what: 'a header that caches obey',
      fault: { kind: 'api-header', target: 'us-east-1', name: 'cache-control', value: 'public, max-age=300' },
      id: 'answer-cacheable',
      subject: 'us-east-1-fast',
      cause: /the function of this region lets caches keep the script/,
    },
    {
      what: 'a missing record',
      fault: { kind: 'api-dns', target: 'eu-west-1' },
      id: 'dns-record-missing',
      subject: 'eu-west-1-fast',
      cause: /the record set was deleted/,
    },
    {
      what: 'an API that resets connections',
      fault: { kind: 'api-down', target: 'eu-west-1' },
      id: 'api-unreachable',
      subject: 'eu-west-1-fast',
      cause: /somebody cut the connection/,
    },
    {
      what: 'a table that does not answer',
      fault: { kind: 'store-down', target: 'us-east-1' },
      id: 'api-unhealthy',
      subject: 'us-east-1-fast',
      cause: /its table does not answer/,
    },
    {
      what: 'a function that fails',
      fault: { kind: 'api-errors', target: 'eu-west-1' },
      id: 'api-errors',
      subject: 'eu-west-1-fast',
      cause: /the function fails before it answers/,
    },
    {
      what: 'a function that is slow',
      fault: { kind: 'api-slow', target: 'eu-west-1', ms: 1500 },
      id: 'api-slow',
      subject: 'eu-west-1-fast',
      cause: /the function starts cold/,
    },
    {
      what: 'a proxy that hangs',
      fault: { kind: 'proxy-freeze', target: 'proxy2-us-east-1-fast' },
      id: 'proxy-unreachable',
      subject: 'proxy2-us-east-1-fast',
      cause: /accepts connections and does not answer/,
    },
    {
      what: 'a proxy that is gone',
      fault: { kind: 'proxy-stop', target: 'proxy2-us-east-1-fast' },
      id: 'proxy-unreachable',
      subject: 'proxy2-us-east-1-fast',
      cause: /the engine is not running/,
    },
    {
      what: 'a proxy that drains',
      fault: { kind: 'proxy-drain', target: 'proxy1-eu-west-1-fast' },
      id: 'proxy-draining',
      subject: 'proxy1-eu-west-1-fast',
      cause: /somebody is replacing it/,
    },
  ])('names the cause of $what', async ({ fault, id, subject, cause }) => {
    await make(fault);
    try {
      const { findings } = await examined();
      expect(findings).toContainEqual(
        expect.objectContaining({ id, subject, cause: expect.stringMatching(cause) }),
      );
      // Everything else that is serious has the same cause.
      const region = fault.target.replace(/^proxy\d-/, '').replace(/-fast$/, '');
      expect(findings.filter((each) => each.level === 'error' && !each.subject.includes(region))).toEqual([]);
    } finally {
      await mend();
    }
  });

  it('names each record of a region that is not deployed', async () => {
    const { findings } = await examined('more.yaml');
    const missing = findings.filter(({ id }) => id === 'dns-record-missing').map(({ subject }) => subject);
    expect(missing.toSorted()).toEqual([
      'proxy-sa-east-1-fast',
      'proxy1-sa-east-1-fast',
      'sa-east-1-fast',
      'staging-sa-east-1-fast',
    ]);
  });
});
