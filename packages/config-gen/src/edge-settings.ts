import type { RegionName } from '@isochrone/topology';

/** An address and a TCP port to listen on or to connect to. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where one instance runs: the same renderers serve an EC2 instance, the local world and a test. */
export interface EdgeSettings {
  /** TLS listener. */
  readonly bind: Endpoint;
  /** Plain HTTP listener. */
  readonly plainBind: Endpoint | null;
  /** What the plain listener answers: 308 to https, or 403. */
  readonly plainHttp: 'redirect' | 'refuse';
  /** The port that clients see; named in a redirect when it is not 443. */
  readonly publicPort: number;
  /** PEM file: leaf, chain and key together. */
  readonly certificate: string;
  /** PEM bundle that upstreams' certificates are verified against. */
  readonly originCa: string;
  readonly originPort: (region: RegionName) => number;
  /** `system`: the name servers of /etc/resolv.conf. */
  readonly resolver: Endpoint | 'system';
  /** Where metrics and the drain switch are; a loopback address, because whoever reaches it may drain the proxy. */
  readonly adminBind: Endpoint;
  /** Processes that share the listening socket of `apps/edge-proxy`; `cores`: one for each. (haproxy has threads.) */
  readonly workers: number | 'cores';
  /** haproxy's stats socket. */
  readonly adminSocket: string;
  /** Client connections at a time, `DEFAULT_MAX_CONNECTIONS` where absent; haproxy needs some four file descriptors for each. */
  readonly maxConnections?: number;
}

/** Fits a process that may open 20,000 files. */
export const DEFAULT_MAX_CONNECTIONS = 4_000;

/**
 * Where haproxy's servers' addresses, health and the drain flag are kept from one worker to the next: beside the admin
 * socket, so that a restart of the machine forgets them.
 */
export const serverStateFile = ({ adminSocket }: Pick<EdgeSettings, 'adminSocket'>): string =>
  `${adminSocket.replace(/\.sock$/, '')}.state`;

/** On an EC2 instance, with Debian's paths. Plain HTTP is refused, as the key of a publisher must not be sent twice. */
export const productionSettings: EdgeSettings = {
  bind: { address: '0.0.0.0', port: 443 },
  plainBind: { address: '0.0.0.0', port: 80 },
  plainHttp: 'refuse',
  publicPort: 443,
  certificate: '/etc/isochrone/edge.pem',
  originCa: '/etc/ssl/certs/ca-certificates.crt',
  originPort: () => 443,
  resolver: 'system',
  adminBind: { address: '127.0.0.1', port: 9180 },
  workers: 'cores',
  adminSocket: '/run/haproxy/admin.sock',
  maxConnections: 10_000,
};
