import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from './errors.ts';

/**
 * Makes the state folder and keeps other worlds out of it until the returned function is called. The claim of a
 * world that was killed counts for nothing.
 *
 * @throws LocalError LOCAL_STATE_IN_USE, LOCAL_STATE_UNUSABLE
 */
export function claimState(directory: string): () => void {
  const file = join(directory, 'supervisor.pid');
  try {
    mkdirSync(directory, { recursive: true });
    const holder = holderOf(file);
    if (holder !== undefined && holder !== process.pid) {
      throw new LocalError('LOCAL_STATE_IN_USE', `process ${holder} already runs a world in ${directory}`, {
        hint: 'end that one, or choose another folder with --state',
      });
    }
    writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw new LocalError('LOCAL_STATE_UNUSABLE', `cannot write to ${directory}: ${String(error)}`, {
      hint: 'choose another folder with --state',
      cause: error,
    });
  }
  return () => rmSync(file, { force: true });
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}
