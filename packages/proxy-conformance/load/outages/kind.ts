import type { Stage } from './stage.ts';

/** Something that happens under load, and what must not come of it. */
export interface Kind {
  readonly name: string;
  /** As a table says it. */
  readonly title: string;
  readonly proxies: 1 | 2;
  /** Whether visitors also POST: those are never sent twice, so that no failing upstream may cost them nothing. */
  readonly posts: boolean;
  /** Does it and undoes it. */
  act(stage: Stage): Promise<Finding>;
}

export interface Finding {
  /** What was not as it should be, failures of requests left out. */
  readonly problems: readonly string[];
  /** What else was measured. */
  readonly note?: string;
}

/** What is wrong where other processes answered than should have. */
export function onlyFrom(
  when: string,
  answered: Readonly<Record<string, number>>,
  expected: readonly string[],
): readonly string[] {
  const others = Object.entries(answered).filter(([label]) => !expected.includes(label));
  const all = others.map(([label, number]) => `${number} by ${label}`);
  return others.length === 0
    ? []
    : [`${when}, answered ${all.join(', ')}; expected ${expected.join(' or ')}`];
}

export const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
