import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetAliasCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { functionJobs, functionName, type Topology, waveOrder } from '@isochrone/topology';
import { z } from 'zod';
import { type Checks, expectEqual } from './checks.ts';
import type { Clients } from './clients.ts';
import type { Emulator } from './emulator.ts';
import { type Output, run } from './processes.ts';

export interface ReleaseSubject {
  readonly label: string;
  readonly topology: Topology;
  readonly topologyFile: string;
  /** Folder of the bundles that the stacks deployed. */
  readonly functions: string;
  /** For the bundles that are released. */
  readonly folder: string;
  readonly emulator: Emulator;
  readonly clientsOf: (region: string) => Clients;
}

const ISOCHRONE = join(import.meta.dirname, '../../../isochrone');

/** Releases and rolls back as an engineer or CI does, by the command, against the functions that the stacks deployed. */
export async function checkReleases(checks: Checks, subject: ReleaseSubject): Promise<void> {
  const { label, topology } = subject;
  const order = waveOrder(topology);
  const everywhere = (version: string): Readonly<Record<string, string>> =>
    Object.fromEntries(order.flatMap((region) => functionJobs.map((job) => [`${region} ${job}`, version])));
  const expectLive = async (wanted: Readonly<Record<string, string>>): Promise<void> =>
    expectEqual(await liveVersions(subject), wanted, 'what live points at');

  await checks.check(
    `${label}: a release brings its code to live in each region, the canary first`,
    async () => {
      const { outcomes } = await releaseOf(subject, bundle(subject, 'second'), []);
      expectEqual(
        outcomes.map(({ region, job, outcome }) => `${region} ${job} ${outcome}`),
        order.flatMap((region) => functionJobs.map((job) => `${region} ${job} released`)),
        'outcomes',
      );
      await expectLive(everywhere('2'));
    },
  );
  await checks.check(
    `${label}: a release that is killed after its first region goes on from there`,
    async () => {
      const third = bundle(subject, 'third');
      await killedAfter(subject, third, `${order[0]} publishing: version`);
      const { outcomes } = await releaseOf(subject, third, []);
      const already = outcomes.filter(({ outcome }) => outcome === 'already').map(({ region }) => region);
      expectEqual([...new Set(already)], [order[0]], 'regions that were there already');
      await expectLive(everywhere('3'));
    },
  );
  await checks.check(`${label}: a version that fails is refused on staging, and live stays`, async () => {
    const { status } = await isochrone(subject, ['release', '--bundle', badBundle(subject), '--json']);
    expectEqual(status, 1, 'exit code');
    await expectLive(everywhere('3'));
  });
  await checks.check(`${label}: a rollback leads back to the version before`, async () => {
    const { status, stderr } = await isochrone(subject, ['rollback', '--json']);
    if (status !== 0) throw new Error(stderr);
    await expectLive(everywhere('2'));
  });
  await checks.check(`${label}: old versions go, but what aliases or a rollback need`, async () => {
    for (const name of ['fifth', 'sixth']) await releaseOf(subject, bundle(subject, name), ['--keep', '1']);
    const live = await liveVersions(subject);
    for (const [place, version] of Object.entries(live)) {
      const kept = await versionsOf(subject, place);
      if (!kept.includes(version)) throw new Error(`${place}: live points at ${version}, which is gone`);
      if (kept.length > 3) throw new Error(`${place} keeps ${kept.join(', ')}`);
    }
  });
  if (topology.regions.every(({ proxies }) => proxies.length === 0)) return;
  await checks.check(
    `${label}: a roll finds the group of every proxy, and says whom it would replace`,
    async () => {
      const { status, stdout, stderr } = await isochrone(subject, ['roll', '--force', '--dry-run', '--json']);
      if (status !== 0) throw new Error(stderr);
      const { instances } = rollSchema.parse(JSON.parse(stdout));
      expectEqual(instances.length, topology.regions.flatMap(({ proxies }) => proxies).length, 'proxies');
    },
  );
  await checks.limit('ministack: machines of an auto-scaling group, which a roll would replace', async () => {
    const { status, stderr } = await isochrone(subject, ['roll', '--force', '--patience', '0', '--json']);
    if (status !== 0)
      throw new Error(
        stderr
          .trim()
          .split('\n')
          .find((line) => line.includes('CLI_')) ?? stderr,
      );
  });
}

const outcomeSchema = z.object({ region: z.string(), job: z.string(), outcome: z.string() });
const releaseSchema = z.object({ functions: z.array(outcomeSchema) });
const rollSchema = z.object({ instances: z.array(z.object({ outcome: z.literal('would-replace') })) });

/** The bundles that stand there, and a line more: other code that does the same. */
function bundle({ functions, folder }: ReleaseSubject, name: string): string {
  const target = join(folder, `release-${name}`);
  cpSync(functions, target, { recursive: true });
  for (const job of functionJobs) {
    const file = join(target, job, 'index.mjs');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n// ${name}\n`);
  }
  return target;
}

function badBundle(subject: ReleaseSubject): string {
  const target = bundle(subject, 'bad');
  writeFileSync(join(target, 'delivery/index.mjs'), "throw new Error('bad');\n");
  return target;
}

async function releaseOf(subject: ReleaseSubject, folder: string, more: readonly string[]) {
  const { status, stdout, stderr } = await isochrone(subject, [
    'release',
    '--bundle',
    folder,
    '--json',
    ...more,
  ]);
  if (status !== 0) throw new Error(stderr);
  return { outcomes: releaseSchema.parse(JSON.parse(stdout)).functions };
}

const environmentOf = ({ emulator }: ReleaseSubject): NodeJS.ProcessEnv => ({
  ...process.env,
  AWS_ENDPOINT_URL: emulator.endpoint,
  // Emulators take a key of twelve digits for the account.
  AWS_ACCESS_KEY_ID: '123456789012',
  AWS_SECRET_ACCESS_KEY: 'none',
});

function isochrone(subject: ReleaseSubject, [command = '', ...args]: readonly string[]): Promise<Output> {
  const all = [command, '--topology', subject.topologyFile, ...args];
  return run(ISOCHRONE, all, { env: environmentOf(subject) });
}

/** Ends a release, as a lost connection or an impatient engineer does, when it says `line`. */
async function killedAfter(subject: ReleaseSubject, folder: string, line: string): Promise<void> {
  const args = ['release', '--topology', subject.topologyFile, '--bundle', folder];
  const child = spawn(ISOCHRONE, args, {
    env: environmentOf(subject),
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const said: string[] = [];
  for await (const each of createInterface({ input: child.stdout })) {
    said.push(each);
    if (!each.startsWith(line)) continue;
    // Its shell and all.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    return;
  }
  throw new Error(`it never said ${JSON.stringify(line)}: ${said.join(' / ')}`);
}

/** By region and function. */
async function liveVersions({
  topology,
  clientsOf,
}: ReleaseSubject): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const region of waveOrder(topology)) {
    for (const job of functionJobs) {
      const alias = await clientsOf(region).lambda.send(
        new GetAliasCommand({ FunctionName: functionName(topology, job), Name: 'live' }),
      );
      found[`${region} ${job}`] = alias.FunctionVersion ?? '';
    }
  }
  return found;
}

async function versionsOf(
  { topology, clientsOf }: ReleaseSubject,
  place: string,
): Promise<readonly string[]> {
  const [region = '', job] = place.split(' ');
  const { Versions = [] } = await clientsOf(region).lambda.send(
    new ListVersionsByFunctionCommand({
      FunctionName: functionName(topology, job === 'publishing' ? 'publishing' : 'delivery'),
    }),
  );
  return Versions.flatMap(({ Version }) => (Version === undefined || Version === '$LATEST' ? [] : [Version]));
}
