import { eventNames, type ReportedEvent } from '@isochrone/tours';
import { jsonReply } from '../../http/reply.ts';
import type { Item } from '../../store/attributes.ts';
import { text } from '../../store/attributes.ts';
import { ranges } from '../../store/keys.ts';
import { queryAll } from '../../store/table.ts';
import type { Operation } from '../call.ts';
import { requireDraft } from '../drafts.ts';
import { invalidQuery } from '../pages.ts';

/** What was counted on one day in one environment, all regions together. */
interface Day {
  readonly day: string;
  readonly environment: string;
  readonly totals: Partial<Record<ReportedEvent['name'], number>>;
  /** The same by step. */
  readonly steps: Record<string, Partial<Record<ReportedEvent['name'], number>>>;
}

export const counterOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/tours/{tour}/counters',
    scope: 'tours:read',
    run: async ({ request: { query }, params: { tour = '' }, account, table }) => {
      await requireDraft(table, account, tour);
      const from = dayOf(query.get('from'), 'from') ?? '';
      const to = dayOf(query.get('to'), 'to') ?? '~';
      const days = new Map<string, Day>();
      for (const item of await queryAll(table, ranges.counters(account, tour))) {
        const [, day = '', environment = ''] = text(item, 'sk').split('#');
        if (day < from || day > to) continue;
        const key = `${day}#${environment}`;
        const sum = days.get(key) ?? { day, environment, totals: {}, steps: {} };
        days.set(key, sum);
        add(sum, item);
      }
      return jsonReply(200, { items: [...days.values()] });
    },
  },
];

function add({ totals, steps }: Day, item: Item): void {
  for (const [attribute, { N }] of Object.entries(item)) {
    const [event, step] = attribute.split(':');
    const name = eventNames.find((known) => known === event);
    if (name === undefined || N === undefined) continue;
    if (step !== undefined) steps[step] ??= {};
    const into = step === undefined ? totals : steps[step];
    if (into === undefined) continue;
    into[name] = (into[name] ?? 0) + Number(N);
  }
}

function dayOf(value: string | null, name: string): string | undefined {
  if (value === null) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return value;
  throw invalidQuery(`${name} is ${JSON.stringify(value)}, expected a day such as 2027-01-31`);
}
