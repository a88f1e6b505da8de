import { type CheckedConfig, checkEngineConfig, type EngineOptions } from './check-config.ts';
import { EnginesError } from './errors.ts';
import type { LogLines } from './log-lines.ts';
import type { ProcessExit } from './running-process.ts';

/** For a process that neither takes nor refuses a configuration: a name server that is slow, a disk that hangs. */
const RELOAD_TIMEOUT_MS = 30_000;

export interface Reloading {
  readonly name: string;
  readonly config: EngineOptions;
  readonly lines: LogLines;
  readonly exited: Promise<ProcessExit>;
  /** Tells the process to reload. */
  readonly tell: () => Promise<void> | void;
  /** What a line says of the reload; undefined: nothing. */
  readonly verdict: (line: string) => CheckedConfig | undefined;
}

/**
 * One reload, from the check to the engine's word that it is done.
 *
 * @throws EnginesError ENGINES_RELOAD_REFUSED, ENGINES_RELOAD_FAILED
 */
export async function reloadOnce({ name, config, lines, exited, tell, verdict }: Reloading): Promise<void> {
  const checked = await checkEngineConfig(config);
  if (!checked.ok) throw refused(name, config.configFile, checked.output);
  const judged = lines.next(verdict);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(failed(name, `it has said nothing for ${RELOAD_TIMEOUT_MS / 1000} s`)),
    RELOAD_TIMEOUT_MS,
  );
  const ended = exited.then(({ code, signal }): never => {
    throw failed(name, `it ended with ${signal ?? `exit code ${code}`}`);
  });
  try {
    await tell();
    const result = await Promise.race([judged.promise, ended, late.promise]);
    if (!result.ok) throw refused(name, config.configFile, result.output);
  } finally {
    clearTimeout(timer);
    judged.cancel();
    // Its end is no failure from here on.
    ended.catch(() => {});
  }
}

const refused = (name: string, configFile: string, output: string) =>
  new EnginesError('ENGINES_RELOAD_REFUSED', `${name} goes on as it was, refusing ${configFile}: ${output}`, {
    hint: 'mend what the engine says, and reload again',
  });

const failed = (name: string, reason: string) =>
  new EnginesError('ENGINES_RELOAD_FAILED', `cannot reload ${name}: ${reason}`, {
    hint: 'read its log; start it anew if it does not serve',
  });
