import type { z } from 'zod';
import { type Environment, environmentSchema } from './environment.ts';
import type { TourProblem } from './errors.ts';
import { forbiddenKeys } from './forbidden-keys.ts';
import { limits } from './limits.ts';
import { type Readable, rules } from './rules.ts';
import { type Tour, tourSchema } from './schema.ts';
import { problemsOf } from './schema-problems.ts';
import { stepSchema } from './steps.ts';
import { targetSchema } from './targeting.ts';

interface Rejected {
  readonly ok: false;
  readonly problems: readonly TourProblem[];
}

export type TourResult = { readonly ok: true; readonly tour: Tour } | Rejected;
export type EnvironmentResult = { readonly ok: true; readonly environment: Environment } | Rejected;

/**
 * Checks a decoded JSON value and reports every problem at once. Rules that concern several
 * values run on the parts that are well formed, also when others are not.
 */
export function parseTour(document: unknown): TourResult {
  const unreadable = unreadableBecause(document);
  if (unreadable.length > 0) return { ok: false, problems: unreadable };

  const shape = tourSchema.safeParse(document, { reportInput: true });
  const readable = readableOf(shape.success ? shape.data : document);
  const problems = [
    ...(shape.success ? [] : shape.error.issues.flatMap((issue) => problemsOf(issue))),
    ...rules.flatMap((rule) => rule(readable)),
  ];
  return shape.success && problems.length === 0 ? { ok: true, tour: shape.data } : { ok: false, problems };
}

/** The same for the settings of an environment. */
export function parseEnvironment(document: unknown): EnvironmentResult {
  const unreadable = unreadableBecause(document);
  if (unreadable.length > 0) return { ok: false, problems: unreadable };
  const shape = environmentSchema.safeParse(document, { reportInput: true });
  return shape.success
    ? { ok: true, environment: shape.data }
    : { ok: false, problems: shape.error.issues.flatMap((issue) => problemsOf(issue)) };
}

// The schema is not asked about a document that could exhaust its recursion, or hide a key from it.
function unreadableBecause(document: unknown): readonly TourProblem[] {
  const forbidden = forbiddenKeys(document);
  return forbidden.length > 0 ? forbidden : sizeProblems(document);
}

function sizeProblems(document: unknown): readonly TourProblem[] {
  const length = JSON.stringify(document)?.length ?? 0;
  if (length <= limits.documentLength) return [];
  const message = `${length} characters of JSON, expected at most ${limits.documentLength}`;
  return [{ code: 'TOURS_TOO_LARGE', pointer: '', message }];
}

type Loose = Readonly<Partial<Record<string, unknown>>>;

const looseOf = (value: unknown): Loose => (typeof value === 'object' && value !== null ? { ...value } : {});

function readableOf(document: unknown): Readable {
  const { id, steps, defaultLocale, schedule, target } = looseOf(document);
  const { shape } = tourSchema;
  const entries: readonly unknown[] = Array.isArray(steps) ? steps.slice(0, limits.steps) : [];
  return {
    id: readable(shape.id, id),
    defaultLocale: readable(shape.defaultLocale, defaultLocale),
    schedule: readable(shape.schedule, schedule),
    where: readable(targetSchema.shape.where, looseOf(target)['where']),
    steps: entries.flatMap((entry, index) => {
      const step = stepSchema.safeParse(entry);
      return step.success ? [{ index, step: step.data }] : [];
    }),
  };
}

const readable = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined =>
  schema.safeParse(value).data;
