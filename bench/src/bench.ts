import { measureDns } from './beside/dns.ts';
import { measureFunction } from './beside/function.ts';
import { measurePublish } from './beside/publish.ts';
import { measureTooling } from './beside/tooling.ts';
import { contenders } from './contenders/contenders.ts';
import { BenchError } from './errors.ts';
import { runFarAway } from './far-away.ts';
import { thisMachine } from './machine.ts';
import type { Options, Part } from './options.ts';
import { profileEdgeProxy } from './profile/profile-edge-proxy.ts';
import type { Figure, Results } from './results.ts';
import { runRounds } from './rounds.ts';
import { scenarios } from './scenarios.ts';
import { openStage, type Stage } from './stage/stage.ts';

export interface BenchOptions extends Omit<Options, 'help' | 'json' | 'write'> {
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** Runs what the options choose, one thing at a time; what cannot be measured is told as progress, and the rest goes on. */
export async function bench(options: BenchOptions): Promise<Results> {
  const { signal } = options;
  const began = performance.now();
  const wants = (part: Part): boolean => options.parts.includes(part) && !signal.aborted;
  const field = options.parts.some((part) => part !== 'beside' && part !== 'profile')
    ? contenders.filter(({ id }) => options.contenders.includes(id))
    : [];
  const proxies = await onStage(async (stage) => {
    const chosen = scenarios.filter(({ id }) => wants(id));
    const rows = await runRounds(stage, field, {
      ...options,
      rounds: chosen.length > 0 ? options.rounds : 0,
      scenarios: chosen,
    });
    const right = field.filter(({ id }) => rows.some((row) => row.id === id && row.absent === null));
    const far = wants('far-away')
      ? await runFarAway(stage, right, { ...options, requests: options.farRequests })
      : undefined;
    const profile = wants('profile') ? await profiled(stage, options) : [];
    return { rows, far, profile };
  });
  const figures = wants('beside') ? await besides(options) : [];
  const { rows, far, profile } = proxies;
  return {
    machine: thisMachine(),
    rounds: options.rounds,
    seconds: options.seconds,
    minutes: (performance.now() - began) / 60_000,
    rows: rows.map((row) => {
      const farAway = far?.times.get(row.id);
      return farAway === undefined ? row : { ...row, farAway };
    }),
    ...(far === undefined ? {} : { farAwayFloor: far.floor }),
    figures,
    profile,
  };
}

async function onStage<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
  await using stage = await openStage();
  return await act(stage);
}

async function profiled(stage: Stage, { onProgress, seconds }: BenchOptions): Promise<Results['profile']> {
  onProgress('profiling our edge-proxy');
  return (await orTold(onProgress, () => profileEdgeProxy(stage, 2 * seconds))) ?? [];
}

async function besides({ signal, onProgress, repeats, seconds }: BenchOptions): Promise<readonly Figure[]> {
  const measurements = [
    ['the function', () => measureFunction()],
    ['the name server', () => measureDns(seconds)],
    ['generate and plan', () => measureTooling(repeats)],
    ['from publish to served', () => measurePublish(repeats)],
  ] as const;
  const figures: Figure[] = [];
  for (const [name, measure] of measurements) {
    if (signal.aborted) break;
    onProgress(name);
    figures.push(...((await orTold(onProgress, measure)) ?? []));
  }
  return figures;
}

async function orTold<T>(onProgress: (line: string) => void, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    onProgress(`not measured: ${error.message}\n  ${error.hint}`);
    return undefined;
  }
}
