import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { requireTopology, type Topology } from '@isochrone/topology';
import { LocalError } from './errors.ts';

export interface TopologyFile {
  readonly text: string;
  readonly topology: Topology;
}

/** @throws TopologyError; LocalError LOCAL_TOPOLOGY_UNREADABLE */
export function readTopologyFile(file: string): TopologyFile {
  const text = textOf(file);
  return { text, topology: requireTopology(text, file) };
}

const SETTLE_MS = 50;

/**
 * Calls back with every content of the file that differs from the one before, until the returned function is called.
 *
 * @param onGone told once when the file cannot be read any more
 * @param known the content that the caller has; a difference that is there already is told, too
 */
export function watchTopologyFile(
  file: string,
  known: string,
  onChange: (text: string) => void,
  onGone: () => void,
): () => void {
  let last: string | undefined = known;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    let text: string;
    try {
      text = textOf(file);
    } catch {
      if (last !== undefined) onGone();
      last = undefined;
      return;
    }
    if (text === last) return;
    last = text;
    onChange(text);
  };
  // The folder, not the file: editors replace a file by renaming another over it.
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    // Between the two halves of an editor's rename there is no file for a moment.
    timer = setTimeout(look, SETTLE_MS);
  });
  look();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LocalError('LOCAL_TOPOLOGY_UNREADABLE', `cannot read the topology ${file}: ${reason}`, {
      hint: 'name an existing file with --topology',
      cause: error,
    });
  }
}
