import type { Timeline } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { Visit } from './visitor.ts';

/** What a drill showed. Seconds, counted from the moment of the failure. */
export interface DrillResult {
  readonly scenario: string;
  readonly title: string;
  readonly ok: boolean;
  /** What went past the scenario's bounds. */
  readonly problems: readonly string[];
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Until health checks noticed; null where they have nothing to notice. */
  readonly detectedAfter: number | null;
  /** Until the last request that failed began; null where none did. */
  readonly lastFailureAfter: number | null;
  /** Milliseconds of the slowest request that was answered. */
  readonly slowestMs: number;
  /** Requests answered in each place: before, during and after. */
  readonly before: Places;
  readonly during: Places;
  readonly after: Places;
  /** Visitors whose last request was answered where it was before. */
  readonly home: number;
  readonly visitors: number;
  /** Visitors who are elsewhere still, because their connection stayed open. */
  readonly keptElsewhere: number;
}

type Places = Readonly<Record<string, number>>;

/** Probing, publishing a verdict and noticing it take this long at most besides what the topology says. */
const SLACK_MS = 1_500;

export function judge(
  scenario: Scenario,
  visits: readonly Visit[],
  timeline: Timeline,
  ttlSeconds: number,
): DrillResult {
  const mine = visits.filter(({ at }) => at >= timeline.begun && at <= timeline.ended);
  const failed = mine.filter(({ failure }) => failure !== undefined);
  const lastFailure = failed.reduce((latest, { at }) => Math.max(latest, at), 0);
  const allowedUntil = limitOf(scenario, timeline, ttlSeconds);
  // One that was under way when the failure came may fail by it.
  const late = failed.filter(({ at, ms }) => at + ms < timeline.failed || at > allowedUntil);
  const homes = visitorsOf(mine).map((own) => homeOf(own, timeline));
  const away = homes.filter(({ isHome }) => !isHome);
  const lost = away.filter(({ keepsOpen }) => !keepsOpen);
  const after = (at: number): number => Math.round((at - timeline.failed) / 100) / 10;
  const problems = [
    ...late.map(
      ({ city, at, failure }) => `${failure} for ${city}, ${after(at)} s after the failure, past the bound`,
    ),
    ...lost.map(({ city, first, last }) => `${city} did not come home: ${first} before, ${last} after`),
  ];
  return {
    scenario: scenario.name,
    title: scenario.title,
    ok: problems.length === 0,
    problems,
    requests: mine.length,
    failures: count(failed.map(({ failure }) => failure ?? '')),
    detectedAfter: timeline.detected === null ? null : after(timeline.detected),
    lastFailureAfter: failed.length === 0 ? null : after(lastFailure),
    slowestMs: Math.max(0, ...mine.map(({ failure, ms }) => (failure === undefined ? ms : 0))),
    before: placesOf(mine, timeline.begun, timeline.failed),
    during: placesOf(mine, timeline.failed, timeline.undone),
    after: placesOf(mine, timeline.recovered + ttlSeconds * 1_000, timeline.ended),
    home: homes.length - away.length,
    visitors: homes.length,
    keptElsewhere: away.length - lost.length,
  };
}

/** The last moment at which a request may begin that fails. */
function limitOf({ failures }: Scenario, timeline: Timeline, ttlSeconds: number): number {
  switch (failures) {
    case 'none':
      return 0;
    case 'until-rerouted':
      return (timeline.detected ?? timeline.failed) + ttlSeconds * 1_000 + SLACK_MS;
    case 'until-undone':
      // Whoever looked up while nobody was well may have been sent to somebody who is not yet.
      return timeline.recovered + ttlSeconds * 1_000 + SLACK_MS;
  }
}

interface Home {
  readonly city: string;
  readonly keepsOpen: boolean;
  readonly isHome: boolean;
  readonly first: string;
  readonly last: string;
}

function homeOf(own: readonly [Visit, ...Visit[]], { failed, ended }: Timeline): Home {
  const answered = own.filter(({ failure }) => failure === undefined);
  const first = answered.find(({ at }) => at < failed)?.edge ?? 'nowhere';
  const last = own.findLast(({ at }) => at <= ended)?.edge ?? 'nowhere';
  const [{ city, keepsOpen }] = own;
  return { city, keepsOpen, isHome: first === last, first, last };
}

function visitorsOf(visits: readonly Visit[]): readonly (readonly [Visit, ...Visit[]])[] {
  const groups = Map.groupBy(visits, ({ city, keepsOpen }) => `${city} ${keepsOpen}`);
  return [...groups.values()].flatMap(([first, ...rest]) => (first ? [[first, ...rest] as const] : []));
}

const placesOf = (visits: readonly Visit[], from: number, to: number): Places =>
  count(visits.filter(({ at }) => at >= from && at < to).map(({ edge }) => edge ?? 'failed'));

function count(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
