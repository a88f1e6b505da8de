import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTopology, type Topology } from '@isochrone/topology';
import type { DeploymentOptions } from '../doctor/deployment.ts';
import { openControl } from '../drill/world.ts';
import { CliError } from '../errors.ts';
import { count, type Outcome } from '../outcome.ts';
import { bundleFolder, readBundle } from '../release/archive.ts';
import { buildFunctions } from '../release/build-functions.ts';
import { releaseParts, rollParts } from '../release/parts.ts';
import {
  type Release,
  type ReleaseOptions,
  type ReleaseParts,
  release,
  rollback,
} from '../release/release.ts';
import { roll } from '../release/roll.ts';
import type { Wave } from '../release/wave.ts';
import { chosenRegions } from '../release/waves.ts';
import { readTopology, type TopologyFile } from '../topology-file.ts';
import { topologyInWorld } from '../world-topology.ts';
import { describeProblems } from './validate.ts';

export interface WaveOptions {
  readonly wave: Wave;
  readonly region: readonly string[];
  readonly dryRun?: true;
  /** Hears the progress. */
  readonly say: (line: string) => void;
}

export interface FunctionOptions extends WaveOptions {
  /** Control API of the local world whose functions these are; those of AWS without it. */
  readonly world?: string | undefined;
}

export interface ReleaseCommandOptions extends FunctionOptions {
  /** Folder of a build; unless given, that of the topology in the workspace, or for a local world one that is made now. */
  readonly bundle?: string | undefined;
  readonly keep: number;
}

/** Brings the built functions to the alias `live`, region by region. */
export function releaseCommand(file: TopologyFile, options: ReleaseCommandOptions): Promise<Outcome> {
  return withTopology(file, async (topology) => {
    const parts = await functionsOf(topology, options);
    const archives =
      options.world === undefined || options.bundle !== undefined
        ? archivesIn(options.bundle ?? bundleFolder(file.name))
        : await builtFor(parts.topology, file, options.say);
    const result = await onAws(
      () => release(parts, { archives, keep: options.keep, dryRun: options.dryRun === true }),
      options.world,
    );
    return told(file, result, 'what was moved is where it was before; mend it and release again');
  });
}

async function functionsOf(topology: Topology, options: FunctionOptions): Promise<ReleaseParts> {
  const regions = chosenRegions(topology, options.wave, options.region);
  if (options.world === undefined) return releaseParts(topology, regions, options.say);
  const world = await openControl(options.world).world();
  const moved = topologyInWorld(topology, world, options.world);
  const absent = regions.find((region) => world.regions.every(({ name }) => name !== region));
  if (absent !== undefined) {
    throw new CliError('CLI_USAGE', `the world at ${options.world} has no region ${absent}`, {
      hint: 'name its topology with --topology, or its regions with --region',
    });
  }
  return releaseParts(moved, regions, options.say, world.lambda.endpoint);
}

const archivesIn = (folder: string): ReleaseOptions['archives'] => ({
  delivery: readBundle(folder, 'delivery'),
  publishing: readBundle(folder, 'publishing'),
});

async function builtFor(
  { domain }: Topology,
  file: TopologyFile,
  say: WaveOptions['say'],
): Promise<ReleaseOptions['archives']> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-functions-'));
  try {
    say(`building the functions for ${domain}`);
    await buildFunctions(file, domain, folder);
    return archivesIn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Points `live` back, region by region. */
export function rollbackCommand(file: TopologyFile, options: FunctionOptions): Promise<Outcome> {
  return withTopology(file, async (topology) => {
    const parts = await functionsOf(topology, options);
    const result = await onAws(() => rollback(parts, options.dryRun === true), options.world);
    return told(file, result, othersOf(result, options.dryRun === true));
  });
}

export interface RollCommandOptions extends WaveOptions, Pick<DeploymentOptions, 'resolver' | 'ca'> {
  readonly force?: true;
  /** Seconds. */
  readonly patience: number;
}

/** Replaces machines one by one. */
export function rollCommand(file: TopologyFile, options: RollCommandOptions): Promise<Outcome> {
  return withTopology(file, async (topology) => {
    const parts = rollParts(
      topology,
      chosenRegions(topology, options.wave, options.region),
      options.say,
      options,
    );
    const rolled = await onAws(() =>
      roll(parts, {
        force: options.force === true,
        dryRun: options.dryRun === true,
        patience: topology.edge.drain + options.patience,
      }),
    );
    const replaced = rolled.filter(({ outcome }) => outcome === 'replaced').length;
    return {
      ok: true,
      data: { topology: file.shown, instances: rolled },
      report: `${file.shown}: ${count(replaced, 'proxy', 'proxies')} replaced, ${rolled.length - replaced} left as they are`,
      complaint: '',
    };
  });
}

async function withTopology(
  file: TopologyFile,
  run: (topology: Topology) => Promise<Outcome>,
): Promise<Outcome> {
  const parsed = parseTopology(readTopology(file), file.shown);
  if (parsed.ok) return run(parsed.topology);
  const complaint = describeProblems(file.shown, parsed.problems, process.stderr);
  return { ok: false, data: { topology: file.shown, problems: parsed.problems }, report: '', complaint };
}

function othersOf({ released }: Release, dryRun: boolean): string {
  if (released.length === 0) return 'nothing was moved';
  return `all others ${dryRun ? 'would go' : 'went'} back; name regions with --region`;
}

function told(file: TopologyFile, { released, failure }: Release, hint: string): Outcome {
  const of = (outcome: string): number => released.filter((each) => each.outcome === outcome).length;
  return {
    ok: failure === null,
    data: { topology: file.shown, functions: released, failure },
    report: `${file.shown}: ${of('released')} released, ${of('already')} already there, ${of('undone')} taken back, ${of('would-release')} would change`,
    complaint: failure === null ? '' : `CLI_RELEASE_STOPPED ${failure}\n  ${hint}`,
  };
}

/** What AWS refuses, or what keeps us from asking, in two lines instead of a stack trace. */
async function onAws<T>(work: () => Promise<T>, world?: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CliError || !(cause instanceof Error)) throw cause;
    const isOfAws = '$metadata' in cause || cause.name === 'CredentialsProviderError' || 'code' in cause;
    if (!isOfAws) throw cause;
    throw new CliError('CLI_AWS_REFUSED', `${cause.name}: ${cause.message}`, {
      hint: `check ${world === undefined ? 'credentials, permissions and AWS_ENDPOINT_URL' : `that the world at ${world} still runs`}; run it again: what is done is left as it is`,
      cause,
    });
  }
}
