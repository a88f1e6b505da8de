import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { curl } from './support/curl.ts';
import { spawnWorld, startWorldProcess, type WorldProcessOptions } from './support/world-process.ts';

const oneRegion = `service: fast
domain: example.com
hostedZoneId: Z1
home: eu-west-1
regions:
  eu-west-1: {}
`;

async function topologyFile(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-topology-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'topology.yaml');
  await writeFile(file, text);
  return file;
}

async function started(options: WorldProcessOptions) {
  const world = await startWorldProcess(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

async function failing(options: WorldProcessOptions) {
  const world = await spawnWorld(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return { code: await world.exitCode(), output: world.lines.join('\n') };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

// Whole worlds come and go here, on whatever else the machine is doing.
describe('npm start', { timeout: 120_000 }, () => {
  it('serves a direct topology without any proxy', async () => {
    const world = await started({
      args: ['--topology', await topologyFile(`${oneRegion}ingress: direct\n`)],
    });
    const { regions, scriptUrl, ca } = await world.describe();
    expect(regions.map(({ proxies }) => proxies)).toEqual([[]]);
    const { status, headers } = await curl('--cacert', ca, scriptUrl);
    expect([status, headers.get('x-region')]).toEqual([200, 'eu-west-1']);
  });

  it('gives every server a port of its own where there is one loopback address', async () => {
    const file = await topologyFile(`${oneRegion}  us-east-1: { proxies: 2 }\n`);
    const world = await started({ args: ['--topology', file, '--single-address'] });
    const { regions, scriptUrl, ca } = await world.describe();
    const places = regions.flatMap(({ api, proxies }) => [api, ...proxies]);
    expect(new Set(places.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    expect(new Set(places.map(({ port }) => port)).size).toBe(5);
    const { status, headers } = await curl('--cacert', ca, scriptUrl);
    expect([status, headers.get('x-edge')]).toEqual([200, 'proxy1-eu-west-1-fast']);
  });

  it('runs the engines that the topology names', async () => {
    const file = await topologyFile(
      oneRegion.replace('eu-west-1: {}', 'eu-west-1: { proxies: [{ engine: fastify }, {}] }'),
    );
    const world = await started({ args: ['--topology', file, '--engine', 'topology'] });
    const { regions } = await world.describe();
    expect(regions.flatMap(({ proxies }) => proxies.map(({ engine }) => engine))).toEqual([
      'fastify',
      'haproxy',
    ]);
  });

  it('runs two worlds side by side', async () => {
    const file = await topologyFile(oneRegion);
    const [one, other] = await Promise.all([
      started({ args: ['--topology', file] }),
      started({ args: ['--topology', file, '--loopback', '127.78'] }),
    ]);
    for (const world of [one, other]) {
      const { scriptUrl, ca } = await world.describe();
      expect((await curl('--cacert', ca, scriptUrl)).status).toBe(200);
    }
  });

  it('keeps its authority and the store between runs', async () => {
    const file = await topologyFile(oneRegion);
    const first = await started({ args: ['--topology', file] });
    const { ca, publishKey, scriptUrl } = await first.describe();
    const revisionAt = async (url: string) =>
      (await curl('--cacert', ca, url)).headers.get('x-tours-revision');
    const revision = await revisionAt(scriptUrl);
    expect(await first.stop()).toBe(0);
    const second = await started({ args: ['--topology', file, '--state', first.state] });
    const again = await second.describe();
    expect(again.publishKey).toBe(publishKey);
    expect(revision).not.toBeNull();
    expect(await revisionAt(again.scriptUrl)).toBe(revision);
  });

  it.each(['fastify', 'haproxy'])('leaves no %s process behind when it is killed', async (engine) => {
    const world = await started({ args: ['--topology', await topologyFile(oneRegion), '--engine', engine] });
    const { regions } = await world.describe();
    const children = regions.flatMap(({ proxies }) => proxies.flatMap(({ pid }) => pid ?? []));
    const all = descendants(world.process.pid ?? 0);
    expect(all).toEqual(expect.arrayContaining(children));
    world.process.kill('SIGKILL');
    await expect.poll(() => all.filter(isAlive), { timeout: 60_000 }).toEqual([]);
  });

  it('leaves no process behind when it is asked to stop', async () => {
    const world = await started({ args: ['--topology', await topologyFile(oneRegion)] });
    const all = descendants(world.process.pid ?? 0);
    expect(await world.stop()).toBe(0);
    expect(all.filter(isAlive)).toEqual([]);
  });

  it('prints the address of a debugger that may enter a function', async () => {
    const file = await topologyFile(oneRegion);
    const world = await started({
      args: ['--topology', file, '--inspect', 'delivery-eu-west-1', 'proxy1-eu-west-1-fast'],
    });
    expect(await world.line(/^delivery-eu-west-1: debugger at ws:/)).toMatch(/ws:\/\/127\.0\.0\.1:\d+\//);
    expect(await world.line(/^proxy1-eu-west-1-fast: debugger at ws:/)).toMatch(/ws:\/\/127\.0\.0\.1:\d+\//);
  });

  it('rejects a name that no debugger can enter, and lists those it can', async () => {
    const { code, output } = await failing({
      args: ['--topology', await topologyFile(oneRegion), '--inspect', 'nobody'],
    });
    expect(code).toBe(1);
    expect(output).toContain('LOCAL_INSPECT_UNKNOWN');
    expect(output).toContain('delivery-eu-west-1');
  });

  it('reports every problem of a bad topology, and exits with 1', async () => {
    const file = await topologyFile(oneRegion.replace('home: eu-west-1', 'home: eu-wets-1\nfoo: 1'));
    const { code, output } = await failing({ args: ['--topology', file] });
    expect(code).toBe(1);
    expect(output).toContain(`${file}:4:7 TOPOLOGY_UNKNOWN_REGION`);
    expect(output).toContain(`${file}:5:1 TOPOLOGY_UNKNOWN_KEY`);
    expect(output).not.toMatch(/^ +at /m);
  });

  it('says in one line that a topology is missing', async () => {
    const { code, output } = await failing({ args: ['--topology', '/nowhere/topology.yaml'] });
    expect(code).toBe(1);
    expect(output).toContain(
      'LOCAL_TOPOLOGY_UNREADABLE: cannot read the topology /nowhere/topology.yaml: ENOENT',
    );
  });

  it.each(['--port', '--dns-port', '--control-port'])(
    'says in one line that the port of %s is in use',
    async (flag) => {
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      onTestFinished(() => void squatter.close());
      const address = squatter.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const { code, output } = await failing({
        args: ['--topology', await topologyFile(oneRegion), flag, String(port)],
      });
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`LOCAL_ADDRESS_IN_USE: .* cannot listen on 127\\.0\\.0\\.1:${port}`));
      expect(output).toContain(flag);
      expect(output).not.toMatch(/^ +at /m);
    },
  );

  it('refuses a state folder in which another world runs', async () => {
    const file = await topologyFile(oneRegion);
    const world = await started({ args: ['--topology', file] });
    const { code, output } = await failing({ args: ['--topology', file, '--state', world.state] });
    expect(code).toBe(1);
    expect(output).toContain(`LOCAL_STATE_IN_USE: process ${world.process.pid} already runs a world`);
  });

  it('rejects one port for two servers', async () => {
    const { code, output } = await failing({ args: ['--port', '7001', '--control-port', '7001'] });
    expect(code).toBe(2);
    expect(output).toContain('--port, --dns-port and --control-port must differ');
  });

  it('exits with 2 when it is misused', async () => {
    const { code, output } = await failing({ args: ['--engine', 'nginx'] });
    expect(code).toBe(2);
    expect(output).toContain('Allowed choices are fastify, haproxy, topology');
  });
});

/** Every process that a process started, directly or not. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const line of execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    parents.set(child, parent);
  }
  const isBelow = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && parent !== 0 && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}
