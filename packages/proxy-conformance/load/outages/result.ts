import type { EngineName } from '@isochrone/engines';
import type { Visit } from '../client/visit.ts';
import { counts, type Latencies, latenciesOf } from './figures.ts';
import type { Finding } from './kind.ts';

/** What visitors met in one run. */
export interface RunResult {
  readonly ok: boolean;
  readonly requests: number;
  /** By kind. */
  readonly failures: Readonly<Record<string, number>>;
  /** Requests on connections that were cut on purpose. */
  readonly cut: number;
  /** Requests that the edge sent to a second upstream. */
  readonly retried: number;
  /** Of those that came between the strike and the end. */
  readonly latencies: Latencies;
  readonly answeredBy: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly note: string;
  /** Whether visitors were answered swiftly before anything happened. */
  readonly wasCalm: boolean;
  /** Milliseconds for which the visitors' own process could not run. */
  readonly heldUpMs: number;
}

/** Where visitors stand still for that long, their proxies do so too: what they lose then says nothing of these. */
const HELD_UP_MS = 1_000;

/** Whether a run that went wrong tells of the machine rather than of the engine. */
export const isInconclusive = ({ ok, wasCalm, heldUpMs }: RunResult): boolean =>
  !ok && (!wasCalm || heldUpMs > HELD_UP_MS);

/** What a result is made of. */
export interface Played {
  readonly engine: EngineName;
  readonly visits: readonly Visit[];
  /** Visitors' ends of connections that were cut on purpose: `address:port`. */
  readonly cut: ReadonlySet<string>;
  readonly finding: Finding;
  /** When the outage began, and when it had been undone. */
  readonly struck: number;
  readonly over: number;
  readonly wasCalm: boolean;
  readonly heldUpMs: number;
}

/** Tells what was lost from what had to be. */
export function resultOf({
  engine,
  visits,
  cut,
  finding,
  struck,
  over,
  wasCalm,
  heldUpMs,
}: Played): RunResult {
  const failed = visits.filter(({ failure }) => failure !== undefined);
  const isCut = ({ from }: Visit): boolean => from !== undefined && cut.has(`${from.address}:${from.port}`);
  const lost = failed.filter((visit) => !isCut(visit));
  const strange = visits.filter((visit) => visit.failure === undefined && visit.engine !== engine);
  const problems = [
    ...finding.problems,
    ...(strange.length > 0 ? [`${strange.length} answers do not say that ${engine} gave them`] : []),
  ];
  return {
    ok: problems.length === 0 && lost.length === 0,
    requests: visits.length,
    failures: counts(lost.map(describe)),
    cut: failed.length - lost.length,
    retried: visits.filter(({ retried }) => retried !== undefined).length,
    latencies: latenciesOf(visits.filter(({ at }) => at >= struck && at <= over)),
    answeredBy: counts(visits.flatMap(({ upstream }) => upstream ?? [])),
    problems,
    note: finding.note ?? '',
    wasCalm,
    heldUpMs: Math.round(heldUpMs),
  };
}

const describe = ({ failure = '', phase, wish }: Visit): string =>
  `${failure} (${wish.method}, ${wish.via}, ${phase})`;
