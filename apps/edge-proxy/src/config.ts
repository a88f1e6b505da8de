import { readFileSync } from 'node:fs';
import { type EdgeProxyConfig, edgeProxyConfigSchema } from '@isochrone/config-gen';
import { EdgeProxyError, errorMessage } from './errors.ts';
import { type Materials, readMaterials } from './materials.ts';

export type ConfigResult =
  | { readonly ok: true; readonly config: EdgeProxyConfig; readonly materials: Materials }
  | { readonly ok: false; readonly problems: readonly EdgeProxyError[] };

/** Reads a configuration and the files that it names; every problem at once. */
export function readConfig(file: string): ConfigResult {
  let written: unknown;
  try {
    written = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const hint = 'name an edge-proxy.json, as ./isochrone generate writes it';
    const code = error instanceof SyntaxError ? 'EDGE_PROXY_CONFIG_INVALID' : 'EDGE_PROXY_FILE_UNREADABLE';
    return { ok: false, problems: [new EdgeProxyError(code, errorMessage(error), hint, { cause: error })] };
  }
  const parsed = edgeProxyConfigSchema.safeParse(written);
  if (!parsed.success) {
    const hint = 'generate the file from the topology instead of writing it';
    const problems = parsed.error.issues.map(
      ({ path, message }) =>
        new EdgeProxyError('EDGE_PROXY_CONFIG_INVALID', `${placeOf(path)}: ${message.toLowerCase()}`, hint),
    );
    return { ok: false, problems };
  }
  const materials = readMaterials(parsed.data);
  return materials.ok ? { ok: true, config: parsed.data, materials: materials.materials } : materials;
}

/** `upstreams[1].port` */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return place.replace(/^\./, '') || 'the file';
}
