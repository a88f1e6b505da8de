import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { EnginesError } from './errors.ts';

const PATIENCE_MS = 5_000;

/** Files through which a running haproxy is talked to, as its configuration names them. */
export interface AdminFiles {
  /** `stats socket`: takes commands. */
  readonly socket: string | undefined;
  /** `server-state-file`: what a new process takes the state of its servers from. */
  readonly serverState: string | undefined;
}

/** What the configuration says now; nothing of a file that cannot be read, which is for haproxy to complain about. */
export async function adminFilesOf(configFile: string): Promise<AdminFiles> {
  const config = await readFile(configFile, 'utf8').catch(() => '');
  return { socket: pathAfter(config, 'stats socket'), serverState: pathAfter(config, 'server-state-file') };
}

/** The word after a keyword: haproxy takes all between single quotes literally, and joins what touches. */
function pathAfter(config: string, keyword: string): string | undefined {
  const word = new RegExp(`^\\s*${keyword.replace(' ', '\\s+')}\\s+((?:'[^']*'|\\\\.|[^\\s'\\\\])+)`, 'm');
  return config
    .match(word)?.[1]
    ?.replaceAll(/'([^']*)'|\\(.)/g, '$1$2')
    .replace(/^unix@/, '');
}

/**
 * Sends one command to haproxy's stats socket and returns what it answers.
 *
 * @throws EnginesError ENGINES_ADMIN_UNREACHABLE
 */
export async function askHaproxy(
  name: string,
  socketPath: string | undefined,
  command: string,
): Promise<string> {
  if (socketPath === undefined) throw unreachable(name, 'its configuration has no stats socket');
  const socket = connect(socketPath);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`silent for ${PATIENCE_MS} ms`)));
  socket.end(`${command}\n`);
  try {
    return await text(socket);
  } catch (cause) {
    throw unreachable(name, `its stats socket ${socketPath} does not answer`, cause);
  }
}

const unreachable = (name: string, reason: string, cause?: unknown) =>
  new EnginesError('ENGINES_ADMIN_UNREACHABLE', `cannot talk to ${name}: ${reason}`, {
    hint: 'check that haproxy runs, and that its configuration has "stats socket PATH level admin"',
    cause,
  });
