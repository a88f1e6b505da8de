import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type ParseResult, parseTopology, requireTopology, type Topology } from '@isochrone/topology';
import { LocalError } from './errors.ts';

/** @throws TopologyError; LocalError LOCAL_TOPOLOGY_UNREADABLE */
export function readTopology(file: string): Topology {
  return requireTopology(textOf(file), file);
}

const SETTLE_MS = 50;

/** Calls back with every changed content of the file, until the returned function is called. */
export function watchTopology(file: string, onChange: (result: ParseResult) => void): () => void {
  let known = textOf(file);
  let timer: NodeJS.Timeout | undefined;
  const read = (): void => {
    let text: string;
    try {
      text = textOf(file);
    } catch {
      // Between the two halves of an editor's rename there is no file; another event follows.
      return;
    }
    if (text === known) return;
    known = text;
    onChange(parseTopology(text, file));
  };
  // The folder, not the file: editors replace a file by renaming another over it.
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(read, SETTLE_MS);
  });
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
