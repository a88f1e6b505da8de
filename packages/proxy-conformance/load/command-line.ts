import { type EngineName, EnginesError } from '@isochrone/engines';
import { ProxyConformanceError } from '../src/errors.ts';

export const engineNames = ['fastify', 'haproxy'] as const satisfies readonly EngineName[];

/**
 * The value among those that are allowed.
 *
 * @throws ProxyConformanceError PROXY_CONFORMANCE_USAGE
 */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw misuse(`${option} is "${value}"`, `use one of ${allowed.join(', ')}`);
}

/** @throws ProxyConformanceError PROXY_CONFORMANCE_USAGE */
export function numberFrom(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= least && number <= most) return number;
  throw misuse(`${option} is "${value}"`, `use a number from ${least} to ${most}`);
}

export const misuse = (message: string, hint: string): ProxyConformanceError =>
  new ProxyConformanceError('PROXY_CONFORMANCE_USAGE', message, { hint });

/** Runs a command; what people did wrong is told without a stack. */
export async function runCommand(usage: string, main: () => Promise<boolean>): Promise<void> {
  const tell = (words: string, exitCode: 1 | 2): void => {
    process.stderr.write(`${words}\n${exitCode === 2 ? `\n${usage}` : ''}`);
    process.exitCode = exitCode;
  };
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    if (isParseError(error)) return tell(error.message, 2);
    if (error instanceof EnginesError) return tell(`${error.message}\n  ${error.hint}`, 1);
    if (!(error instanceof ProxyConformanceError)) throw error;
    tell(`${error.message}\n  ${error.hint}`, error.code === 'PROXY_CONFORMANCE_USAGE' ? 2 : 1);
  }
}

/** What `parseArgs` says of an unknown option. */
const isParseError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');

/** Aborted by the first Ctrl-C; the second one ends everything at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.stderr.write('stopping; Ctrl-C again leaves at once\n');
  });
  return controller.signal;
}
