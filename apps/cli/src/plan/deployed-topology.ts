import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { CliError } from '../errors.ts';
import { readTopology, reasonOf, type TopologyFile, topologyFile } from '../topology-file.ts';

/** The text that a plan starts from. */
export interface Source {
  /** As problems name it. */
  readonly shown: string;
  /** Null where nothing is deployed. */
  readonly text: string | null;
}

/** What stands for a first deploy. */
export const NOTHING = 'none';

/**
 * The topology that is deployed: a file, `none`, or the same file as it was at a revision of git.
 *
 * @throws CliError CLI_REVISION_UNREADABLE, CLI_TOPOLOGY_UNREADABLE
 */
export function deployedTopology(from: string, to: TopologyFile): Source {
  if (from === NOTHING) return { shown: NOTHING, text: null };
  if (existsSync(from) && statSync(from).isFile())
    return { shown: from, text: readTopology(topologyFile(from)) };
  return { shown: `${from}:${to.source}`, text: atRevision(from, to) };
}

function atRevision(revision: string, { path, shown }: TopologyFile): string {
  try {
    return execFileSync('git', ['show', '--end-of-options', `${revision}:./${basename(path)}`], {
      cwd: dirname(path),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    throw new CliError('CLI_REVISION_UNREADABLE', `cannot read ${shown} at ${revision}: ${saidBy(cause)}`, {
      hint: `name a file, a revision of git that has ${shown}, or ${NOTHING} for a first deploy, with --from`,
      cause,
    });
  }
}

/** What git said, in one line. */
function saidBy(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const line = stderr.split('\n').find((each) => each.trim() !== '');
  return line?.replace(/^fatal: /, '') ?? reasonOf(error);
}
