import { RoutingError, type RoutingErrorCode } from './errors.ts';

/** Something wrong at one place of a JSON file, and the fix. */
export interface RoutingProblem {
  readonly code: RoutingErrorCode;
  readonly file: string;
  /** Keys that lead to the value, for example `["new york"].us-east-1`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** What was found in a file, before the file's name is known. */
export type Finding = Omit<RoutingProblem, 'file'>;

/** `file: CODE path: message`, and the hint on a line of its own. */
export function formatRoutingProblem({ code, file, path, message, hint }: RoutingProblem): string {
  return `${file}: ${code} ${path === '' ? '' : `${path}: `}${message}\n  ${hint}`;
}

/** @throws {RoutingError} ROUTING_PROBLEMS, carrying every finding, unless there is none */
export function throwProblems(file: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const problems = findings.map((finding) => ({ file, ...finding }));
  throw new RoutingError('ROUTING_PROBLEMS', problems.map(formatRoutingProblem).join('\n'), {
    hint: 'mend each problem where it stands',
    problems,
  });
}

/** The value of a JSON text, or the finding that it is none. */
export function readJson(
  text: string,
  code: RoutingErrorCode,
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  try {
    return { value: JSON.parse(text), findings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `not valid JSON: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
    return { value: undefined, findings: [{ code, path: '', message, hint: 'mend the syntax' }] };
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `["new york"]`. */
export const keyed = (key: string): string => `[${JSON.stringify(key)}]`;
