import type { z } from 'zod';
import type { TourProblem } from './errors.ts';
import { pointerTo } from './pointer.ts';

/** What one of zod's issues says, as problems of the document. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  within: readonly PropertyKey[] = [],
): readonly TourProblem[] {
  const path = [...within, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'TOURS_UNKNOWN_KEY',
      pointer: pointerTo([...path, key]),
      message: `unknown key "${key}"`,
    }));
  }
  // A union fails with the issues of each alternative: told are those of the one that was meant.
  const meant = issue.code === 'invalid_union' ? closest(issue.errors) : [];
  if (meant.length > 0) return meant.flatMap((inner) => problemsOf(inner, path));
  const pointer = pointerTo(path);
  if (isMissing(issue) && path.length > 0)
    return [{ code: 'TOURS_MISSING_KEY', pointer, message: `"${String(path.at(-1))}" is missing` }];
  // The key of a record tells what is wrong in an issue of its own.
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  const unsafe = issue.code === 'custom' && issue.params?.['unsafe'] === true;
  return [
    {
      code: unsafe ? 'TOURS_UNSAFE_CONTENT' : 'TOURS_INVALID_VALUE',
      pointer,
      message: sentence(inner ?? issue.message),
    },
  ];
}

/** The alternative that got furthest before it failed; the first of equals. */
function closest(alternatives: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const reach = (issues: readonly z.core.$ZodIssue[]): number => Math.min(...issues.map(reachOf));
  return alternatives.toSorted((a, b) => reach(b) - reach(a))[0] ?? [];
}

/** A key too many is closer to what was meant than one that is missing. */
function reachOf(issue: z.core.$ZodIssue): number {
  if (issue.code === 'unrecognized_keys') return 0.5;
  return isMissing(issue) ? 0 : Math.max(issue.path.length, 0.25);
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  if (issue.input === undefined) return true;
  // A discriminated union has no alternatives to tell of, and tells of a missing key with the whole object.
  const { input } = issue;
  const key = issue.path.at(-1);
  if (issue.code !== 'invalid_union' || issue.errors.length > 0 || key === undefined) return false;
  return typeof input === 'object' && input !== null && Reflect.get(input, key) === undefined;
}

const sentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
