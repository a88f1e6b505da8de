import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionJob } from '@isochrone/topology';
import { zipSync } from 'fflate';
import { CliError } from '../errors.ts';
import { reasonOf, workspaceRoot } from '../topology-file.ts';

/** What Lambda is given: the same bytes for every region, whenever they are packed. */
export interface Archive {
  readonly zip: Uint8Array;
  /** As Lambda tells it: SHA-256, base64. */
  readonly codeSha256: string;
}

/** The earliest that a ZIP file can say: with the time of the build, every archive would be another. */
const NO_TIME = new Date(1980, 0, 1);

export function archiveOf(files: Readonly<Record<string, Uint8Array>>): Archive {
  const zip = zipSync({ ...files }, { mtime: NO_TIME, level: 9 });
  return { zip, codeSha256: createHash('sha256').update(zip).digest('base64') };
}

/** Where `turbo build` puts the functions of a topology. */
export const bundleFolder = (topologyName: string): string =>
  join(workspaceRoot, 'apps/tour-lambda/dist', topologyName);

/**
 * The bundle of one function, packed.
 *
 * @throws CliError CLI_BUNDLE_MISSING
 */
export function readBundle(folder: string, job: FunctionJob): Archive {
  const file = join(folder, job, 'index.mjs');
  try {
    return archiveOf({ 'index.mjs': readFileSync(file) });
  } catch (cause) {
    throw new CliError('CLI_BUNDLE_MISSING', `cannot read ${file}: ${reasonOf(cause)}`, {
      hint: 'build it with npm run build, or name the folder of a build with --bundle',
      cause,
    });
  }
}
