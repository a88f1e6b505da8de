import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API_HOST, apiHosts, benchTopology, firstInstance, PUBLIC_HOST } from '../stage/names.ts';
import type { Site } from './contender.ts';

const FOLDER = fileURLToPath(new URL('../../configs/', import.meta.url));

/** Fills one of the files of `configs/` in for a site; resolves with the path of the result. */
export async function configFile(name: string, site: Site): Promise<string> {
  const { folder, bind, certificate, originCa, upstream } = site;
  const values: Readonly<Record<string, string>> = {
    folder,
    address: bind.address,
    port: String(bind.port),
    certificate,
    originCa,
    upstream: `${upstream.address}:${upstream.port}`,
    publicHost: PUBLIC_HOST,
    apiHost: API_HOST,
    nextApiHost: apiHosts[1] ?? API_HOST,
    lastApiHost: apiHosts[2] ?? API_HOST,
    instance: firstInstance(benchTopology({ fallbacks: 2 })).hostname.split('.')[0] ?? '',
  };
  const template = await readFile(join(FOLDER, name), 'utf8');
  const path = join(folder, basename(name));
  await writeFile(
    path,
    template.replaceAll(/@(\w+)@/g, (whole, key: string) => values[key] ?? whole),
  );
  return path;
}
