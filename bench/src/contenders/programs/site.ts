import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import type { Endpoint } from '@isochrone/config-gen';
import { z } from 'zod';

/** What a proxy on Node is told, as JSON in its first argument. */
export interface NodeProxySite {
  readonly bind: Endpoint;
  readonly certificate: string;
  /** Origin of the API, by address. */
  readonly upstream: string;
  /** Host, and so SNI, of the API. */
  readonly apiHost: string;
}

const schema = z.strictObject({
  bind: z.strictObject({ address: z.string(), port: z.int() }),
  certificate: z.string(),
  upstream: z.url(),
  apiHost: z.string(),
}) satisfies z.ZodType<NodeProxySite>;

export const readSite = (): NodeProxySite => schema.parse(JSON.parse(process.argv[2] ?? ''));

/** Certificate and key for a TLS listener. */
export function tlsOf({ certificate }: NodeProxySite): Pick<ServerOptions, 'cert' | 'key'> {
  const pem = readFileSync(certificate);
  return { cert: pem, key: pem };
}
