import { isRegionName, type RegionName } from '@isochrone/topology';
import { z } from 'zod';

const region = z.string().refine((value): value is RegionName => isRegionName(value), 'not an AWS region');
const hostname = z.hostname().max(253);
const port = z.int().min(0).max(65_535);
const seconds = z.number().positive();
const count = z.int().positive();
const endpoint = z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port }).readonly();
const loopbackEndpoint = z
  .strictObject({
    address: z
      .union([z.ipv4(), z.ipv6()])
      .refine((address) => address.startsWith('127.') || address === '::1', 'not a loopback address'),
    port,
  })
  .readonly();
const absolutePath = z.string().startsWith('/', 'not an absolute path');

/** What `apps/edge-proxy` reads: `edge-proxy.json`, one per instance. */
export const edgeProxyConfigSchema = z
  .strictObject({
    $comment: z.string().optional(),
    /** The instance's own hostname: `proxyN-R-S.D`. */
    instance: hostname,
    region,
    /** The name that browsers ask for: `S.D`. */
    publicHostname: hostname,
    /** Lower case, without a port; any other Host is answered with 421. */
    acceptedHosts: z.array(hostname).min(1).readonly(),
    /** TLS listener. */
    bind: endpoint,
    /** Plain HTTP listener. */
    plainBind: endpoint.nullable(),
    /** What the plain listener answers: 308 to https, or 403. */
    plainHttp: z.enum(['redirect', 'refuse']),
    /** Metrics, configuration and the drain switch. */
    adminBind: loopbackEndpoint,
    /** Processes that share the listening socket; `cores`: one for each. */
    workers: z.union([z.literal('cores'), count]),
    /** The port that clients see; named in a redirect when it is not 443. */
    publicPort: port,
    /** PEM file: leaf, chain and key together. */
    certificate: absolutePath,
    /** PEM bundle that upstreams' certificates are verified against. */
    originCa: absolutePath,
    resolver: z.union([z.literal('system'), endpoint]),
    /** In the order of preference. */
    upstreams: z
      .array(
        z
          .strictObject({
            region,
            /** Host, SNI and certificate name of every request to it. */
            hostname,
            port,
            role: z.enum(['own', 'fallback']),
            /** Seconds between two health checks. */
            checkInterval: seconds,
          })
          .readonly(),
      )
      .min(1)
      .readonly(),
    /** Seconds; see `edgeTimeouts`. */
    timeouts: z
      .strictObject({
        connect: seconds,
        headers: seconds,
        writeHeaders: seconds,
        body: seconds,
        attempts: seconds,
        request: seconds,
        client: seconds,
        keepAlive: seconds,
      })
      .readonly(),
    /** Retries may be this share of the requests. */
    retryBudget: z.number().min(0).max(1),
    /** Share of the requests that went well to write access logs of. */
    logSample: z.number().min(0).max(1),
    /** Bytes, see `edgeLimits`; client connections at a time; requests per second of one client address. */
    limits: z
      .strictObject({
        bodyBytes: count,
        headerBytes: count,
        targetBytes: count,
        connections: count,
        clientRate: count,
      })
      .readonly(),
    /** Seconds that a leaving proxy keeps serving after its health check turned to 503. */
    drain: z.number().nonnegative(),
    /** Seconds after which a client's connection is closed politely. */
    maxConnectionAge: seconds,
    healthPath: z.literal('/healthz'),
  })
  .readonly();

export type EdgeProxyConfig = z.infer<typeof edgeProxyConfigSchema>;
