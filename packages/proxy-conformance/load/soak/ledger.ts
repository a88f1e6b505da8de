import type { Endpoint } from '@isochrone/config-gen';
import type { Visit } from '../client/visit.ts';

export type FaultKind =
  /** Of an upstream. */
  | 'killed'
  | 'frozen'
  | 'answers 503'
  | 'slow'
  | 'hangs up before the head'
  | 'hangs up in the body'
  | 'closes idle connections'
  /** Of the proxy. */
  | 'worker killed';

/** A fault that was made, and what it may excuse. */
export interface LedgerEntry {
  readonly kind: FaultKind;
  /** The upstream's label; the proxy's for a fault of its own. */
  readonly target: string;
  /** In milliseconds of `performance.now()`; `to` is null while it lasts. */
  readonly from: number;
  to: number | null;
  /** Visitors' ends of the connections that a killed worker held. */
  readonly connections?: ReadonlySet<string>;
}

export const connectionName = ({ address, port }: Endpoint): string => `${address}:${port}`;

/** What a fault does for that long after its end: a reset that is still on its way. */
const AFTERMATH_MS = 500;

/** Faults in which a request that is sent once comes to nothing. */
const COSTS_A_POST: ReadonlySet<FaultKind> = new Set([
  'killed',
  'frozen',
  'answers 503',
  'hangs up before the head',
  'hangs up in the body',
  'closes idle connections',
]);

/** Faults in which no response begins, so that the edge asks elsewhere. */
const BEGINS_NOTHING: ReadonlySet<FaultKind> = new Set([
  'killed',
  'frozen',
  'answers 503',
  'hangs up before the head',
  'closes idle connections',
]);

/** Faults that end a response which has begun. */
const BREAKS_OFF: ReadonlySet<FaultKind> = new Set(['killed', 'frozen', 'hangs up in the body']);

/** See the limits of engines: haproxy ends a stream of HTTP/2 as if a response without a length were whole. */
const UNSEEN = 'broken off without a sign, a limit of haproxy over HTTP/2';

/**
 * The fault that explains a failure, or undefined where none does. The rules are those of the edge's promise:
 * a GET is asked again elsewhere, so that one failing upstream costs it nothing until its response has begun; what has
 * a body is sent once; a worker takes its own connections with it and no others; a reload costs nobody anything. An
 * answer that belongs to another request, or ends too soon without looking broken, is never explained.
 */
export function explanation(
  visit: Visit,
  ledger: readonly LedgerEntry[],
): FaultKind | typeof UNSEEN | undefined {
  const { failure = '' } = visit;
  const during = ledger.filter(
    ({ from, to }) => from <= visit.until && (to === null || to + AFTERMATH_MS >= visit.at),
  );
  if (failure === 'body too short' && endsUnseen(visit) && brokenOff(visit, during)) return UNSEEN;
  if (/^(?:wrong|status 4|body too)/.test(failure)) return undefined;
  const ofProxy = during.find((entry) => excusesConnection(entry, visit));
  if (ofProxy) return ofProxy.kind;
  const here = ({ target }: LedgerEntry): boolean =>
    visit.upstream === undefined || visit.upstream === target;
  if (visit.wish.method === 'POST')
    return during.find((entry) => COSTS_A_POST.has(entry.kind) && here(entry))?.kind;
  if (visit.status === 200) return brokenOff(visit, during)?.kind;
  const silent = during.filter(({ kind }) => BEGINS_NOTHING.has(kind));
  // Asked twice, of two that failed.
  return new Set(silent.map(({ target }) => target)).size > 1 ? silent[0]?.kind : undefined;
}

const endsUnseen = ({ engine, wish }: Visit): boolean =>
  engine === 'haproxy' && wish.via === 'h2' && wish.method === 'GET' && wish.chunked === true;

const brokenOff = ({ upstream }: Visit, during: readonly LedgerEntry[]): LedgerEntry | undefined =>
  during.find(({ kind, target }) => BREAKS_OFF.has(kind) && target === upstream);

const excusesConnection = ({ kind, connections }: LedgerEntry, { from }: Visit): boolean =>
  kind === 'worker killed' && from !== undefined && (connections?.has(connectionName(from)) ?? false);
