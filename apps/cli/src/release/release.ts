import {
  apiHostname,
  type FunctionJob,
  functionJobs,
  type RegionName,
  stagingApiHostname,
  type Topology,
} from '@isochrone/topology';
import type { Archive } from './archive.ts';
import type { AliasState, Answer, RegionFunction } from './region-function.ts';

/** What became of one function in one region. */
export interface Released {
  readonly region: RegionName;
  readonly job: FunctionJob;
  /** `already`: its alias pointed at this code before. `undone`: it was released, and then taken back. */
  readonly outcome: 'released' | 'already' | 'undone' | 'would-release';
  readonly version: string;
  readonly before: string;
  readonly pruned: readonly string[];
}

export interface Release {
  readonly released: readonly Released[];
  /** Why it stopped; null where it did not. */
  readonly failure: string | null;
}

export interface ReleaseParts {
  readonly topology: Topology;
  /** In order. */
  readonly regions: readonly RegionName[];
  readonly functionOf: (region: RegionName, job: FunctionJob) => RegionFunction;
  readonly say: (line: string) => void;
}

export interface ReleaseOptions {
  readonly archives: Readonly<Record<FunctionJob, Archive>>;
  /** How many versions stay, besides those that aliases point at. */
  readonly keep: number;
  readonly dryRun: boolean;
}

interface Moved {
  readonly region: RegionName;
  readonly job: FunctionJob;
  readonly fn: RegionFunction;
  readonly before: AliasState;
  readonly version: string;
}

/**
 * Brings the code to each region in turn: to the alias `staging` first, and to `live` once it answers there. What
 * was moved is moved back where a region does not answer, in all regions of the wave. Regions whose `live` has the
 * code are left alone, so a release that was interrupted goes on where it was.
 */
export async function release(parts: ReleaseParts, options: ReleaseOptions): Promise<Release> {
  const moved: Moved[] = [];
  const released: Released[] = [];
  for (const region of parts.regions) {
    for (const job of functionJobs) {
      const fn = parts.functionOf(region, job);
      const before = await fn.alias('live');
      const archive = options.archives[job];
      const isThere = (await fn.codeOf(before.version)) === archive.codeSha256;
      const shared = { region, job, before: before.version, pruned: [] };
      if (isThere || options.dryRun) {
        const outcome = isThere ? 'already' : 'would-release';
        parts.say(
          `${region} ${job}: ${isThere ? `version ${before.version} has this code` : `would replace version ${before.version}`}`,
        );
        released.push({ ...shared, outcome, version: before.version });
        continue;
      }
      const { version, failure } = await tryOnStaging(parts, fn, region, job, archive);
      if (failure !== null) return undone(parts, moved, released, failure);
      await fn.point('live', version, { before: before.version, revision: before.revision });
      moved.push({ region, job, fn, before, version });
      const answer = await fn.ask('live', apiHostname(parts.topology, region), trialPath(job));
      const bad = complaint(job, answer);
      if (bad !== null) return undone(parts, moved, released, `${region} ${job}: live ${bad}`);
      parts.say(
        `${region} ${job}: version ${before.version} to ${version}, bundle ${answer.bundle ?? 'unknown'}`,
      );
      released.push({ ...shared, outcome: 'released', version });
    }
  }
  return { released: options.dryRun ? released : await pruned(parts, released, options.keep), failure: null };
}

async function tryOnStaging(
  { topology, say }: ReleaseParts,
  fn: RegionFunction,
  region: RegionName,
  job: FunctionJob,
  archive: Archive,
): Promise<{ readonly version: string; readonly failure: string | null }> {
  const version = await fn.versionOf(archive);
  const { version: tried, revision } = await fn.alias('staging');
  await fn.point('staging', version, { before: tried, revision });
  const answer = await fn.ask('staging', stagingApiHostname(topology, region), trialPath(job));
  const bad = complaint(job, answer);
  say(`${region} ${job}: version ${version} ${bad ?? 'answers'} on staging`);
  return { version, failure: bad === null ? null : `${region} ${job}: version ${version} ${bad} on staging` };
}

/** The delivery's health proves its table, too. Publishing lets nobody in without a key, and says so. */
const trialPath = (job: FunctionJob): string => (job === 'delivery' ? '/healthz' : '/v1/tours');

function complaint(job: FunctionJob, { status }: Answer): string | null {
  const wanted = job === 'delivery' ? 200 : 401;
  return status === wanted ? null : `answers ${status} instead of ${wanted}`;
}

async function undone(
  { say }: ReleaseParts,
  moved: readonly Moved[],
  released: readonly Released[],
  failure: string,
): Promise<Release> {
  say(failure);
  const back: Released[] = [];
  for (const { region, job, fn, before, version } of moved.toReversed()) {
    const now = await fn.alias('live');
    // As if nothing had been: a later rollback must not lead to what was just taken back.
    await fn.point('live', before.version, { before: before.before, revision: now.revision });
    say(`${region} ${job}: back to version ${before.version}`);
    back.push({ region, job, outcome: 'undone', version: before.version, before: version, pruned: [] });
  }
  const isBack = ({ region, job }: Released): boolean =>
    back.some((each) => each.region === region && each.job === job);
  return { released: [...released.filter((each) => !isBack(each)), ...back], failure };
}

async function pruned(
  { functionOf }: ReleaseParts,
  released: readonly Released[],
  keep: number,
): Promise<readonly Released[]> {
  const result: Released[] = [];
  for (const each of released) {
    result.push({ ...each, pruned: await functionOf(each.region, each.job).prune(keep) });
  }
  return result;
}

/** Points `live` back at the version that it pointed at before the last release, in each region. */
export async function rollback(
  { regions, functionOf, say }: ReleaseParts,
  dryRun: boolean,
): Promise<Release> {
  const released: Released[] = [];
  const stuck: string[] = [];
  for (const region of regions) {
    // The other way round: nobody writes any more what the old reader does not understand.
    for (const job of functionJobs.toReversed()) {
      const fn = functionOf(region, job);
      const now = await fn.alias('live');
      if (now.before === null || now.before === now.version) {
        stuck.push(`${region} ${job}`);
        say(`${region} ${job}: version ${now.version} has none before it`);
        continue;
      }
      if (!dryRun) await fn.point('live', now.before, { before: now.version, revision: now.revision });
      say(`${region} ${job}: version ${now.version} ${dryRun ? 'would go back' : 'back'} to ${now.before}`);
      released.push({
        region,
        job,
        outcome: dryRun ? 'would-release' : 'undone',
        version: now.before,
        before: now.version,
        pruned: [],
      });
    }
  }
  return { released, failure: stuck.length === 0 ? null : `nothing to go back to: ${stuck.join(', ')}` };
}
