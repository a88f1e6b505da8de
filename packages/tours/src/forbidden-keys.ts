import type { TourProblem } from './errors.ts';
import { limits } from './limits.ts';
import { pointerTo } from './pointer.ts';

// Keys that reach a prototype when a careless program copies an object key by key.
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Finds the keys that no document may have, at any depth, and nesting past the limit. Runs before the schema,
 * because zod leaves `__proto__` out of records without a word.
 */
export function forbiddenKeys(document: unknown): readonly TourProblem[] {
  const problems: TourProblem[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (path.length >= limits.nesting) {
      const message = `nested deeper than ${limits.nesting} levels`;
      problems.push({ code: 'TOURS_TOO_LARGE', pointer: pointerTo(path), message });
      return;
    }
    for (const [key, child] of Object.entries(value)) {
      const at = [...path, key];
      if (FORBIDDEN.has(key)) {
        problems.push({
          code: 'TOURS_FORBIDDEN_KEY',
          pointer: pointerTo(at),
          message: `"${key}" is not allowed`,
        });
      } else {
        visit(child, at);
      }
    }
  };
  visit(document, []);
  return problems;
}
