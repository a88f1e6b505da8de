import { createHash } from 'node:crypto';
import {
  apiHostname,
  type FunctionJob,
  functionJobs,
  type RegionName,
  stagingApiHostname,
  type Topology,
} from '@isochrone/topology';
import { reasonOf } from '../topology-file.ts';
import type { Archive } from './archive.ts';
import type { AliasState, Answer, RegionFunction, Stage } from './region-function.ts';

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

/** A function, and what was live of it when its region's turn came. */
interface Candidate {
  readonly region: RegionName;
  readonly job: FunctionJob;
  readonly fn: RegionFunction;
  readonly archive: Archive;
  readonly before: AliasState;
  readonly isThere: boolean;
}

/** An alias that was written. */
interface Moved extends Omit<Candidate, 'archive' | 'isThere'> {
  readonly version: string;
}

/**
 * Brings the code to each region in turn: to the alias `staging` first, and to `live` once it answers there. What
 * was moved is moved back where a region does not answer, in all regions of the wave. Functions whose `live` has the
 * code are asked, and else left alone, so a release that was interrupted goes on where it was.
 */
export async function release(parts: ReleaseParts, options: ReleaseOptions): Promise<Release> {
  if (options.dryRun) return previewed(parts, options.archives);
  const id = releaseId(options.archives);
  const moved: Moved[] = [];
  const released: Released[] = [];
  for (const region of parts.regions) {
    const candidates = await candidatesIn(parts, region, options.archives);
    // Told apart from one that this release moved before it was interrupted, so that a rollback leaves it alone, too.
    for (const left of candidates.some(({ isThere }) => !isThere) ? candidates : []) {
      const { fn, before, isThere } = left;
      if (!isThere || before.release === id) continue;
      await fn.point('live', before.version, { ...before, release: id, before: null });
      moved.push({ ...left, version: before.version });
    }
    for (const candidate of candidates) {
      const { job, fn, before, isThere } = candidate;
      let { version } = before;
      if (!isThere) {
        const tried = await tryOnStaging(parts, candidate, id);
        if (tried.failure !== null) return undone(parts, moved, released, tried.failure);
        version = tried.version;
        await fn.point('live', version, { release: id, before: before.version, revision: before.revision });
        moved.push({ ...candidate, version });
      }
      const { bad, bundle } = await trial(fn, 'live', apiHostname(parts.topology, region), job);
      if (bad !== null) return undone(parts, moved, released, `${region} ${job}: live ${bad}`);
      const what = isThere ? `version ${version} has this code` : `version ${before.version} to ${version}`;
      parts.say(`${region} ${job}: ${what}, bundle ${bundle ?? 'unknown'}`);
      const outcome = isThere ? 'already' : 'released';
      released.push({ region, job, outcome, version, before: before.version, pruned: [] });
    }
  }
  return { released: await pruned(parts, released, options.keep), failure: null };
}

async function previewed(parts: ReleaseParts, archives: ReleaseOptions['archives']): Promise<Release> {
  const released: Released[] = [];
  for (const region of parts.regions) {
    for (const { job, before, isThere } of await candidatesIn(parts, region, archives)) {
      const { version } = before;
      const what = isThere ? `version ${version} has this code` : `would replace version ${version}`;
      parts.say(`${region} ${job}: ${what}`);
      const outcome = isThere ? 'already' : 'would-release';
      released.push({ region, job, outcome, version, before: version, pruned: [] });
    }
  }
  return { released, failure: null };
}

/** The same for the same code, so that a release that was interrupted is the same one when it goes on. */
function releaseId(archives: ReleaseOptions['archives']): string {
  const codes = functionJobs.map((job) => archives[job].codeSha256);
  return createHash('sha256').update(codes.join()).digest('hex').slice(0, 12);
}

const candidatesIn = (
  { functionOf }: ReleaseParts,
  region: RegionName,
  archives: ReleaseOptions['archives'],
): Promise<readonly Candidate[]> =>
  Promise.all(
    functionJobs.map(async (job) => {
      const fn = functionOf(region, job);
      const archive = archives[job];
      const before = await fn.alias('live');
      const isThere = (await fn.codeOf(before.version)) === archive.codeSha256;
      return { region, job, fn, archive, before, isThere };
    }),
  );

async function tryOnStaging(
  { topology, say }: ReleaseParts,
  { region, job, fn, archive }: Candidate,
  release: string,
): Promise<{ readonly version: string; readonly failure: string | null }> {
  const version = await fn.versionOf(archive);
  const { version: before, revision } = await fn.alias('staging');
  await fn.point('staging', version, { release, before, revision });
  const { bad } = await trial(fn, 'staging', stagingApiHostname(topology, region), job);
  say(`${region} ${job}: version ${version} ${bad ?? 'answers'} on staging`);
  return { version, failure: bad === null ? null : `${region} ${job}: version ${version} ${bad} on staging` };
}

interface Trial {
  /** What is wrong; null where nothing is. */
  readonly bad: string | null;
  readonly bundle: string | undefined;
}

async function trial(fn: RegionFunction, stage: Stage, host: string, job: FunctionJob): Promise<Trial> {
  try {
    const answer = await fn.ask(stage, host, trialPath(job));
    return { bad: complaint(job, answer), bundle: answer.bundle };
  } catch (error) {
    return { bad: `cannot be asked (${reasonOf(error)})`, bundle: undefined };
  }
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
    await fn.point('live', before.version, { ...before, revision: now.revision });
    if (version === before.version) continue;
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

/**
 * Points `live` back at the version that it pointed at before the last release, in each region; a function that the
 * release had left alone stays.
 */
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
      const { version, release: last, before, revision } = await fn.alias('live');
      if (before === null || before === version) {
        if (last === null) stuck.push(`${region} ${job}`);
        say(
          `${region} ${job}: version ${version} ${last === null ? 'has none before it' : 'stays, as the last release left it alone'}`,
        );
        continue;
      }
      if (!dryRun) await fn.point('live', before, { release: last, before: version, revision });
      say(`${region} ${job}: version ${version} ${dryRun ? 'would go back' : 'back'} to ${before}`);
      released.push({
        region,
        job,
        outcome: dryRun ? 'would-release' : 'undone',
        version: before,
        before: version,
        pruned: [],
      });
    }
  }
  return { released, failure: stuck.length === 0 ? null : `nothing to go back to: ${stuck.join(', ')}` };
}
