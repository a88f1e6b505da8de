import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { onTestFinished } from 'vitest';
import { type Edge, startEdge } from '../../src/edge.ts';
import { readMaterials } from '../../src/materials.ts';
import { DOMAIN, INSTANCE_HOST, PUBLIC_HOST, temporaryFolder, writeMaterials } from './certificates.ts';
import { type NameServer, startNameServer } from './name-server.ts';

/** What a test may set: everything has a value that suits most of them. */
export interface EdgeOptions {
  readonly config?: Partial<Omit<EdgeProxyConfig, 'timeouts' | 'limits'>>;
  readonly timeouts?: Partial<EdgeProxyConfig['timeouts']>;
  readonly limits?: Partial<EdgeProxyConfig['limits']>;
  /** Seconds between health checks. */
  readonly checkInterval?: number;
  /** Seconds, of the upstreams' names. */
  readonly ttl?: number;
}

export interface TestEdge extends Edge {
  readonly port: number;
  readonly names: NameServer;
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'] as const;

/** A whole configuration for these upstreams, the first one being the region's own. */
export function edgeConfig(
  upstreams: readonly { readonly hostname: string; readonly port: number }[],
  files: { readonly certificate: string; readonly originCa: string },
  resolver: EdgeProxyConfig['resolver'],
  { config, timeouts, limits, checkInterval = 60 }: EdgeOptions = {},
): EdgeProxyConfig {
  return {
    instance: INSTANCE_HOST,
    region: 'us-east-1',
    publicHostname: PUBLIC_HOST,
    acceptedHosts: [PUBLIC_HOST, `proxy-us-east-1-fast.${DOMAIN}`, INSTANCE_HOST],
    bind: { address: '127.0.0.1', port: 0 },
    plainBind: null,
    plainHttp: 'refuse',
    adminBind: { address: '127.0.0.1', port: 0 },
    workers: 1,
    publicPort: 443,
    ...files,
    resolver,
    upstreams: upstreams.map(({ hostname, port }, index) => ({
      region: REGIONS[index] ?? 'us-west-2',
      hostname,
      port,
      role: index === 0 ? 'own' : 'fallback',
      checkInterval,
    })),
    timeouts: {
      connect: 2,
      headers: 3,
      writeHeaders: 10,
      body: 3,
      attempts: 8,
      request: 5,
      client: 15,
      keepAlive: 60,
      ...timeouts,
    },
    limits: {
      bodyBytes: 1_048_576,
      headerBytes: 9_216,
      targetBytes: 8_192,
      connections: 1_000,
      clientRate: 100_000,
      ...limits,
    },
    retryBudget: 0.2,
    logSample: 1,
    drain: 60,
    maxConnectionAge: 3_600,
    healthPath: '/healthz',
    ...config,
  };
}

/** Starts a proxy before `upstreams`, whose names a name server of its own knows; both end with the test. */
export async function startTestEdge(
  upstreams: readonly { readonly hostname: string; readonly port: number }[],
  options: EdgeOptions = {},
): Promise<TestEdge> {
  const names = await startNameServer(
    Object.fromEntries(upstreams.map(({ hostname }) => [hostname, ['127.0.0.1']])),
    options.ttl,
  );
  const config = edgeConfig(upstreams, writeMaterials(temporaryFolder()), names.address, options);
  const read = readMaterials(config);
  if (!read.ok) throw read.problems[0];
  const log: Readonly<Record<string, unknown>>[] = [];
  const stream = { write: (line: string) => void log.push(JSON.parse(line)) };
  const edge = await startEdge(config, read.materials, { level: 'info', stream });
  onTestFinished(() => edge.close());
  return { ...edge, port: edge.address.port, names, log };
}
