import type { z } from 'zod';
import type { TourProblem } from './errors.ts';
import { forbiddenKeys } from './forbidden-keys.ts';
import { limits } from './limits.ts';
import { pointerTo } from './pointer.ts';
import { type Readable, rules } from './rules.ts';
import { stepSchema, type Tour, tourSchema } from './schema.ts';

export type TourResult =
  | { readonly ok: true; readonly tour: Tour }
  | { readonly ok: false; readonly problems: readonly TourProblem[] };

/**
 * Checks a decoded JSON value and reports every problem at once. Rules that concern several
 * values run on the steps that are well formed, also when others are not.
 */
export function parseTour(document: unknown): TourResult {
  // The schema is not asked about a document that could exhaust its recursion, or hide a key from it.
  const forbidden = forbiddenKeys(document);
  const size = forbidden.length > 0 ? [] : sizeProblems(document);
  if (forbidden.length + size.length > 0) return { ok: false, problems: [...forbidden, ...size] };

  const shape = tourSchema.safeParse(document, { reportInput: true });
  const readable = shape.success ? readableOf(shape.data) : readableOf(document);
  const problems = [
    ...(shape.success ? [] : shape.error.issues.flatMap(problemsOf)),
    ...rules.flatMap((rule) => rule(readable)),
  ];
  return shape.success && problems.length === 0 ? { ok: true, tour: shape.data } : { ok: false, problems };
}

function sizeProblems(document: unknown): readonly TourProblem[] {
  const length = JSON.stringify(document)?.length ?? 0;
  if (length <= limits.documentLength) return [];
  const message = `${length} characters of JSON, expected at most ${limits.documentLength}`;
  return [{ code: 'TOURS_TOO_LARGE', pointer: '', message }];
}

function readableOf(document: unknown): Readable {
  if (typeof document !== 'object' || document === null) return { steps: [], defaultLocale: undefined };
  const { steps, defaultLocale }: { readonly steps?: unknown; readonly defaultLocale?: unknown } = document;
  const locale = tourSchema.shape.defaultLocale.safeParse(defaultLocale);
  const entries: readonly unknown[] = Array.isArray(steps) ? steps.slice(0, limits.steps) : [];
  return {
    defaultLocale: locale.success ? locale.data : undefined,
    steps: entries.flatMap((entry, index) => {
      const step = stepSchema.safeParse(entry);
      return step.success ? [{ index, step: step.data }] : [];
    }),
  };
}

function problemsOf(issue: z.core.$ZodIssue): readonly TourProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'TOURS_UNKNOWN_KEY',
      pointer: pointerTo([...issue.path, key]),
      message: `unknown key "${key}"`,
    }));
  }
  const pointer = pointerTo(issue.path);
  if (issue.input === undefined && issue.path.length > 0) {
    return [{ code: 'TOURS_MISSING_KEY', pointer, message: `"${String(issue.path.at(-1))}" is missing` }];
  }
  // The key of a record tells what is wrong in an issue of its own.
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return [{ code: 'TOURS_INVALID_VALUE', pointer, message: sentence(inner ?? issue.message) }];
}

const sentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
