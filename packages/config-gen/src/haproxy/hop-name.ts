import { createHash } from 'node:crypto';
import type { ProxyInstance, RegionName } from '@isochrone/topology';
import type { EdgeSettings } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';

/** `sun_path` holds 108 bytes, of which an abstract name loses the first (unix(7)). */
const MAX_NAME_BYTES = 107;

/**
 * The abstract socket through which an instance reaches one upstream. All processes of a network namespace
 * share such names, so what tells two instances apart stands in it: where they listen.
 */
export function hopName(instance: ProxyInstance, { bind }: EdgeSettings, region: RegionName): string {
  const owner = `${instanceName(instance)}-${bind.address.replaceAll(':', '_')}-${bind.port}`;
  const readable = `isochrone-${owner}-${region}`;
  if (readable.length <= MAX_NAME_BYTES) return readable;
  return `isochrone-${createHash('sha256').update(owner).digest('hex').slice(0, 32)}-${region}`;
}
