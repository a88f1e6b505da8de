import type { Contender } from './contenders/contender.ts';
import { untilServing, wrongAnswers } from './correctness.ts';
import { BenchError } from './errors.ts';
import { h2load } from './load/h2load.ts';
import type { Measured, Row } from './results.ts';
import type { Scenario, ScenarioId } from './scenarios.ts';
import { cpuMsOf } from './stage/cpu.ts';
import { findProgram } from './stage/find-program.ts';
import { LOAD_CORE, type Running, type Stage } from './stage/stage.ts';
import { spreadOf } from './statistics.ts';

export interface RoundOptions {
  readonly rounds: number;
  /** Length of each measurement. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly scenarios: readonly Scenario[];
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

interface Sample {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly ttfbMs?: number;
}

/** What is known of a contender while the rounds go on. */
interface Entry {
  readonly contender: Contender;
  absent: string | null;
  readonly samples: Map<ScenarioId, Sample[]>;
}

/**
 * Checks every contender, then measures them in turn, round after round, each time as a new process: what changes on the
 * machine meanwhile meets all of them. A wrong answer, then or under load, disqualifies.
 */
export async function runRounds(
  stage: Stage,
  contenders: readonly Contender[],
  options: RoundOptions,
): Promise<readonly Row[]> {
  const { rounds, onProgress, signal } = options;
  const entries = contenders.map((contender): Entry => ({ contender, absent: null, samples: new Map() }));
  const each = async (act: (entry: Entry, running: Running) => Promise<void>): Promise<void> => {
    for (const entry of entries) {
      if (signal.aborted || entry.absent !== null) continue;
      await withRunning(stage, entry, (running) => act(entry, running));
      if (entry.absent !== null) onProgress(`${entry.contender.id}: ${entry.absent}`);
    }
  };
  onProgress(`checking the answers of ${entries.length} contenders`);
  await each(async (entry, running) => {
    const { http2 } = entry.contender;
    const [first, ...others] = await wrongAnswers(running.at, { ca: stage.ca, http2 });
    if (first !== undefined) entry.absent = `answers wrongly: ${[first, ...others].slice(0, 3).join('; ')}`;
  });
  for (let round = 1; round <= rounds; round += 1) {
    await each(async (entry, running) => {
      const words = await measure(entry, running, stage, options);
      onProgress(`round ${round}/${rounds} ${entry.contender.id.padEnd(20)} ${words}`);
    });
  }
  return entries.map(rowOf);
}

async function withRunning(
  stage: Stage,
  entry: Entry,
  act: (running: Running) => Promise<void>,
): Promise<void> {
  const { needs } = entry.contender;
  if (needs !== undefined && findProgram(needs) === undefined) {
    entry.absent = `${needs} is not on this machine`;
    return;
  }
  try {
    const running = await stage.start(entry.contender);
    try {
      await untilServing(running.at, stage.ca);
      await act(running);
    } finally {
      await running.stop();
    }
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    entry.absent = `${error.message}; ${error.hint}`.replaceAll(/\s+/g, ' ');
  }
}

/** Measures every scenario; resolves with a line about it. */
async function measure(
  entry: Entry,
  { at, program }: Running,
  stage: Stage,
  { scenarios, seconds, warmUpSeconds, signal }: RoundOptions,
): Promise<string> {
  const words: string[] = [];
  const core = LOAD_CORE;
  // For the compilers: of a process that has just started, the first seconds are not what it costs.
  await h2load({ core, seconds: warmUpSeconds }, at, { protocol: 'http/1.1', connections: 32, streams: 1 });
  for (const scenario of scenarios) {
    if (signal.aborted || (scenario.needsHttp2 && !entry.contender.http2)) continue;
    const before = await cpuMsOf(program.pid);
    const { good, bad, perSecond, ttfbMs } = await scenario.run({ core, seconds }, at, stage.ca);
    const cpuUs = (((await cpuMsOf(program.pid)) - before) * 1_000) / good;
    if (bad > 0 || good === 0) {
      entry.absent = `answered wrongly under load: ${bad} of ${good + bad} requests of "${scenario.title}"`;
      break;
    }
    const samples = entry.samples.get(scenario.id) ?? [];
    entry.samples.set(scenario.id, [
      ...samples,
      { cpuUs, perSecond, ...(ttfbMs === undefined ? {} : { ttfbMs }) },
    ]);
    words.push(`${scenario.id} ${Math.round(cpuUs)} us`);
  }
  return words.join(', ');
}

function rowOf({ contender: { id, title, http2 }, absent, samples }: Entry): Row {
  const measured = [...samples].map(([scenario, of]) => [scenario, measuredOf(of)] as const);
  return { id, title, http2, absent, measured: absent === null ? Object.fromEntries(measured) : {} };
}

function measuredOf(samples: readonly Sample[]): Measured {
  const ttfbs = samples.flatMap(({ ttfbMs }) => (ttfbMs === undefined ? [] : [ttfbMs]));
  return {
    cpuUs: spreadOf(samples.map(({ cpuUs }) => cpuUs)),
    perSecond: spreadOf(samples.map(({ perSecond }) => perSecond)),
    ...(ttfbs.length === 0 ? {} : { ttfbMs: spreadOf(ttfbs) }),
  };
}
