import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { GeneratedFile } from '@isochrone/config-gen';
import { CliError } from './errors.ts';
import { reasonOf } from './topology-file.ts';

/** What has to happen to one file of an output folder so that it holds what was generated. */
export type Change =
  | { readonly action: 'create'; readonly path: string; readonly content: string }
  | {
      readonly action: 'update';
      readonly path: string;
      readonly content: string;
      readonly difference: Difference;
    }
  | { readonly action: 'delete'; readonly path: string };

/** The first line in which two texts differ. */
export interface Difference {
  /** Counts from 1. */
  readonly line: number;
  /** Null where the text has ended before. */
  readonly current: string | null;
  readonly wanted: string | null;
}

export interface Plan {
  /** Sorted by path. */
  readonly changes: readonly Change[];
  readonly unchanged: number;
}

/** How a folder's files are told apart from those of people and of other topologies. */
export interface Ownership {
  /** The files and folders at the top that hold everything generated; nothing else is looked at. */
  readonly places: readonly string[];
  /** Whether a text was generated, from whatever source. */
  readonly isGenerated: (content: string) => boolean;
  /** Whether it was generated from this very topology. */
  readonly isOurs: (content: string) => boolean;
}

/**
 * Compares a folder with what it should hold. Stale files are deleted only when they were generated from the
 * same source, and a file that was not generated is never overwritten.
 */
export function planChanges(
  folder: string,
  files: readonly GeneratedFile[],
  { places, isGenerated, isOurs }: Ownership,
): Plan {
  const changes: Change[] = [];
  const foreign: string[] = [];
  for (const { path, content } of files) {
    const current = readIfPresent(join(folder, path));
    if (current === content) continue;
    if (current === null) changes.push({ action: 'create', path, content });
    else if (!isGenerated(current)) foreign.push(path);
    else changes.push({ action: 'update', path, content, difference: firstDifference(current, content) });
  }
  if (foreign.length > 0) {
    throw new CliError(
      'CLI_FOREIGN_FILE',
      `${foreign.join(', ')} in ${folder} was not generated and is in the way`,
      {
        hint: 'move it, or choose another folder with --out',
      },
    );
  }
  const wanted = new Set(files.map(({ path }) => path));
  const stale = filesUnder(folder, places).filter((path) => {
    if (wanted.has(path)) return false;
    const content = readIfPresent(join(folder, path));
    return content !== null && isOurs(content);
  });
  changes.push(...stale.map((path): Change => ({ action: 'delete', path })));
  const unchanged = files.length - changes.filter(({ action }) => action !== 'delete').length;
  return { changes: changes.sort((a, b) => (a.path < b.path ? -1 : 1)), unchanged };
}

export function applyChanges(folder: string, changes: readonly Change[]): void {
  try {
    for (const change of changes) {
      const path = join(folder, change.path);
      if (change.action === 'delete') {
        rmSync(path);
        removeEmptyFolders(dirname(path), folder);
      } else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, change.content);
      }
    }
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

export function firstDifference(current: string, wanted: string): Difference {
  const [currentLines, wantedLines] = [current.split('\n'), wanted.split('\n')];
  const index = wantedLines.findIndex((line, position) => line !== currentLines[position]);
  // Every wanted line is there: the current text goes on after them.
  const line = index === -1 ? wantedLines.length : index;
  return { line: line + 1, current: currentLines[line] ?? null, wanted: wantedLines[line] ?? null };
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unwritable(path, error);
  }
}

/** Files at and below the places of a folder, relative to it, with forward slashes. */
function filesUnder(folder: string, places: readonly string[]): readonly string[] {
  const walk = (current: string): readonly string[] =>
    readdirSync(current, { withFileTypes: true }).flatMap((entry) => {
      const path = join(current, entry.name);
      if (entry.isFile()) return [relative(folder, path).split(sep).join('/')];
      return entry.isDirectory() ? walk(path) : [];
    });
  return places.flatMap((place) => {
    const path = join(folder, place);
    try {
      return statSync(path).isDirectory() ? walk(path) : [place];
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw unwritable(path, error);
    }
  });
}

function removeEmptyFolders(from: string, upTo: string): void {
  for (let folder = from; folder !== upTo && readdirSync(folder).length === 0; folder = dirname(folder)) {
    rmdirSync(folder);
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const unwritable = (path: string, cause: unknown): CliError =>
  new CliError('CLI_OUTPUT_UNWRITABLE', `cannot use ${path} for output: ${reasonOf(cause)}`, {
    hint: 'choose a folder that you may write to, with --out',
    cause,
  });
