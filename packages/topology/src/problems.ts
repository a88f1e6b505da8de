import { closest, distance } from 'fastest-levenshtein';
import type { TopologyErrorCode } from './errors.ts';

/** Keys and list positions that lead from the top of a topology to one value. */
export type KeyPath = readonly (string | number)[];

/** Something wrong at one place of a topology, before the place is known as line and column. */
export interface Finding {
  readonly code: TopologyErrorCode;
  readonly path: KeyPath;
  /** Whether the key or the value is at fault. */
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint: string;
  /** The value, as written. */
  readonly found?: string;
  readonly expected?: string;
  /** The nearest valid name. */
  readonly suggestion?: string;
}

/** Something wrong in a topology file, and the fix. */
export interface TopologyProblem extends Omit<Finding, 'path' | 'at'> {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** Dotted, for example `regions.eu-west-1.proxies`; empty for the file as a whole. */
  readonly path: string;
}

/** `file:line:column CODE message`, and the hint on a line of its own. */
export function formatProblem(problem: TopologyProblem): string {
  const { file, line, column, code, message, hint } = problem;
  return `${file}:${line}:${column} ${code} ${message}\n  ${hint}`;
}

/** The candidate that was probably meant, unless none is near. */
export function nearestName(written: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const meant = candidates.find((candidate) => candidate.toLowerCase() === written.toLowerCase());
  const nearest = meant ?? closest(written, [...candidates]);
  const isNear =
    meant !== undefined || distance(written, nearest) <= Math.max(2, Math.floor(written.length / 4));
  return isNear ? nearest : undefined;
}

const MAX_SHOWN = 60;

/** A value on one line, shortened, as an error message shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

/** `regions.eu-west-1.proxies[1]`. */
export function dotted(path: KeyPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
