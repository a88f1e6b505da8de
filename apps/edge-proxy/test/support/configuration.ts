import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { afterAll } from 'vitest';
import { temporaryFolder, writeMaterials } from './certificates.ts';
import { edgeConfig } from './edge.ts';
import { startNameServer } from './name-server.ts';

const out = mkdtempSync(join(tmpdir(), 'edge-proxy-built-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));
await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../build.ts'), '--out', out]);

/** The entry point, bundled as it is shipped: it starts in a third of the time that its sources take. */
export const MAIN = join(out, 'main.mjs');

/** Writes an `edge-proxy.json` that is gone after the test. */
export function writeConfig(config: object): string {
  const file = join(temporaryFolder(), 'edge-proxy.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** A configuration for these upstreams, with a name server and certificates of its own. */
export async function configFor(
  upstreams: { hostname: string; port: number } | readonly { hostname: string; port: number }[],
  changes: object = {},
): Promise<EdgeProxyConfig> {
  const list = [upstreams].flat();
  const names = await startNameServer(
    Object.fromEntries(list.map(({ hostname }) => [hostname, ['127.0.0.1']])),
  );
  return { ...edgeConfig(list, writeMaterials(temporaryFolder()), names.address), ...changes };
}
