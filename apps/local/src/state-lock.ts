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
    if (!claimed(file)) {
      const holder = holderOf(file);
      if (holder !== undefined) {
        throw new LocalError('LOCAL_STATE_IN_USE', `process ${holder} already runs a world in ${directory}`, {
          hint: `end that one, or choose another folder with --state; if it is no world, delete ${file}`,
        });
      }
      rmSync(file, { force: true });
      claimed(file);
    }
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw new LocalError('LOCAL_STATE_UNUSABLE', `cannot write to ${directory}: ${String(error)}`, {
      hint: 'choose another folder with --state',
      cause: error,
    });
  }
  return () => rmSync(file, { force: true });
}

/** Makes the file, unless it is there: of two worlds that start at once, one succeeds. */
function claimed(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}
