import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Contender } from './contender.ts';
import { contenders } from './contenders.ts';
import { type Distance, measureDistance } from './distance.ts';
import { thisMachine } from './machine.ts';
import { dnsFigures, functionFigures, publishFigures } from './neighbours.ts';
import { type Options, type Part, parts } from './options.ts';
import type { BenchResult, Entrant, Measured } from './results.ts';
import { playRounds, type RoundsResult } from './rounds.ts';
import type { Measurement } from './scenarios.ts';
import { openSite } from './site.ts';
import { figureOf, median } from './statistics.ts';
import { toolingFigures } from './tooling.ts';

/** How long and how often. */
interface Scale {
  readonly rounds: number;
  readonly seconds: number;
  readonly distantRequests: number;
  readonly silenceSeconds: number;
  readonly silences: number;
  readonly publishes: number;
}

const WHOLE: Scale = {
  rounds: 3,
  seconds: 2.5,
  distantRequests: 15,
  silenceSeconds: 20,
  silences: 2,
  publishes: 20,
};
const QUICK: Scale = {
  rounds: 1,
  seconds: 1,
  distantRequests: 5,
  silenceSeconds: 6,
  silences: 1,
  publishes: 3,
};

const ROUND_TRIP_MS = 60;

type Progress = (line: string) => void;

/** One run of all that the options ask for. */
export async function bench({ only, quick }: Options, onProgress: Progress): Promise<BenchResult> {
  const scale = quick ? QUICK : WHOLE;
  const isWanted = (name: string): boolean => only.length === 0 || only.includes(name);
  const wantedParts = parts.filter(isWanted);
  const absent = new Map<string, string>();
  const present = contenders
    .filter(({ name }) => isWanted(name))
    .filter(({ name, needs }) => {
      if (needs === undefined || isInstalled(needs.program)) return true;
      absent.set(name, `${needs.program} is not installed: apt-get install ${needs.package}`);
      return false;
    });
  const missing: Record<string, string> = {};
  const part = async <T>(name: Part, act: () => T | Promise<T>): Promise<T | undefined> => {
    if (!wantedParts.includes(name)) return undefined;
    onProgress(`measuring: ${name}`);
    try {
      return await act();
    } catch (error) {
      missing[name] = error instanceof Error ? error.message : String(error);
      onProgress(`${name} could not be measured: ${missing[name]}`);
      return undefined;
    }
  };
  const { rounds, distances } = await contest(present, scale, part, onProgress);
  return {
    machine: thisMachine(),
    partial: quick || only.length > 0,
    rounds: scale.rounds,
    entrants: contenders
      .filter(({ name }) => isWanted(name))
      .map((one) =>
        entrantOf(one, { ...rounds, disqualified: new Map([...absent, ...rounds.disqualified]) }, distances),
      ),
    roundTripMs: ROUND_TRIP_MS,
    silenceSeconds: scale.silenceSeconds,
    function: await part('function', functionFigures),
    dns: await part('dns', () => dnsFigures(quick ? 2 : 5)),
    tooling: await part('tooling', toolingFigures),
    publish: await part('publish', () => publishFigures(scale.publishes)),
    missing,
  };
}

interface Contest {
  readonly rounds: RoundsResult;
  readonly distances: ReadonlyMap<string, Distance>;
}

async function contest(
  present: readonly Contender[],
  scale: Scale,
  part: <T>(name: Part, act: () => Promise<T>) => Promise<T | undefined>,
  onProgress: Progress,
): Promise<Contest> {
  if (present.length === 0)
    return { rounds: { measured: new Map(), disqualified: new Map() }, distances: new Map() };
  const site = await openSite();
  try {
    const rounds = await playRounds({ ...scale, site, contenders: present, onProgress });
    const fit = present.filter(({ name }) => !rounds.disqualified.has(name));
    const distances = await part('distance', () =>
      measureDistance({
        ...scale,
        site,
        contenders: fit,
        roundTripMs: ROUND_TRIP_MS,
        requests: scale.distantRequests,
        onProgress,
      }),
    );
    return { rounds, distances: distances ?? new Map() };
  } finally {
    await site.close();
  }
}

function entrantOf(
  { name, title }: Contender,
  { measured, disqualified }: RoundsResult,
  distances: ReadonlyMap<string, Distance>,
): Entrant {
  const byScenario = [...(measured.get(name) ?? [])].flatMap(([scenario, measurements]) => {
    const whole = wholeOf(measurements);
    return whole === undefined ? [] : [[scenario, whole] as const];
  });
  return {
    name,
    title,
    measured: Object.fromEntries(byScenario),
    distance: distances.get(name),
    disqualified: disqualified.get(name),
  };
}

function wholeOf(measurements: readonly Measurement[]): Measured | undefined {
  const cpu = figureOf(measurements.map(({ cpuMicros }) => cpuMicros));
  if (cpu === undefined) return undefined;
  const medianOf = (pick: (one: Measurement) => number | undefined): number | undefined => {
    const values = measurements.flatMap((one) => pick(one) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  return { cpu, perSecond: medianOf(({ perSecond }) => perSecond), ttfb: medianOf(({ ttfbMs }) => ttfbMs) };
}

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
