import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { OutputFile } from 'esbuild';
import { sha256, stamp } from './stamp.ts';

export interface FunctionEntry {
  /** Path of the bundle, relative to the manifest. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** `manifest.json`: what was built, by function. */
export interface Manifest {
  readonly functions: Readonly<Record<string, FunctionEntry>>;
}

/**
 * Stamps and writes the bundles and their source maps, and the manifest last: who sees a new manifest finds the
 * bundles that it names. Each file appears whole or not at all.
 */
export async function writeBundles(outdir: string, files: readonly OutputFile[]): Promise<Manifest> {
  const functions: Record<string, FunctionEntry> = {};
  for (const { path, text } of files) {
    const isBundle = path.endsWith('.mjs');
    const content = isBundle ? stamp(text) : text;
    await replaceFile(path, content);
    if (!isBundle) continue;
    const file = relative(outdir, path).replaceAll('\\', '/');
    requireSize(dirname(file), content);
    functions[dirname(file)] = { file, sha256: sha256(content), bytes: Buffer.byteLength(content) };
  }
  const manifest: Manifest = { functions };
  await replaceFile(join(outdir, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** Bytes that a bundle may have: delivery's is loaded while a page waits. */
const MAX_BYTES: Readonly<Partial<Record<string, number>>> = { delivery: 350 * 1024 };

function requireSize(job: string, content: string): void {
  const bytes = Buffer.byteLength(content);
  const maximum = MAX_BYTES[job] ?? Number.POSITIVE_INFINITY;
  if (bytes <= maximum) return;
  throw new Error(
    `the bundle of ${job} has ${bytes} bytes, expected at most ${maximum}: see what its metafile has`,
  );
}

async function replaceFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}
