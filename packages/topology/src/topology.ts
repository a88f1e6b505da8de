import type { RegionName } from './regions.ts';

/** The proxy that runs at the edge: the generated haproxy.cfg, or apps/edge-proxy. */
export type Engine = 'haproxy' | 'fastify';

/** `proxy`: visitors reach edge proxies. `direct`: visitors reach the regions' APIs. */
export type Ingress = 'proxy' | 'direct';

/** `alias`: a tree of alias records, answered in one look-up. `cname`: a chain of CNAMEs with calculated checks. */
export type DnsChain = 'alias' | 'cname';

/** A checked topology: every default is present, names are valid together, and the value is frozen. */
export interface Topology {
  /** Label of the public name: `fast` in `fast.example.com`. */
  readonly service: string;
  /** Domain of the hosted zone, lower case, without a trailing dot. */
  readonly domain: string;
  readonly hostedZoneId: string;
  /** The AWS account of the stacks; absent where the topology is never deployed. */
  readonly account?: string;
  /** Region of the data stack, and the default home of an account's writes. */
  readonly home: RegionName;
  readonly ingress: Ingress;
  readonly dns: {
    readonly chain: DnsChain;
    /** Seconds that resolvers may keep an answer. */
    readonly ttl: number;
  };
  readonly healthCheck: {
    /** Seconds between two probes of one Route 53 checker. */
    readonly interval: 10 | 30;
    /** Probes in a row that change a checker's opinion, either way. */
    readonly failureThreshold: number;
  };
  readonly edge: {
    readonly engine: Engine;
    /** How many other regions' APIs a proxy may fall back to, nearest first. */
    readonly fallbacks: number;
    /** Seconds after which a client's connection is closed politely, so that it looks up again. */
    readonly maxConnectionAge: number;
    /** Requests per second that one client address may make of one proxy, averaged over 10 s. */
    readonly clientRate: number;
    /** Share, 0 to 1, of the requests that went well to write access logs of. */
    readonly logSample: number;
    /** EC2 instance type of a proxy. */
    readonly instanceType: string;
    /** Seconds that a leaving proxy keeps serving after its health check turned to 503. */
    readonly drain: number;
  };
  readonly delivery: {
    /** `no-cache`: browsers revalidate at every load. `no-store`: browsers keep nothing. */
    readonly cache: 'no-cache' | 'no-store';
  };
  readonly functions: {
    /** Whether X-Ray traces the functions. */
    readonly tracing: boolean;
    /** Executions of a region's delivery function at a time; absent where none are reserved. */
    readonly reservedConcurrency?: number;
    /** Days that logs are kept: a value that CloudWatch Logs knows. */
    readonly logDays: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 180 | 365;
  };
  readonly origin: {
    /** `none`: a region's API answers whoever asks it by its own name. */
    readonly lock: 'none';
  };
  readonly alarms: {
    /** ARN of an SNS topic with `{region}` in the place of its region; absent where nobody is told. */
    readonly topicArn?: string;
  };
  /** In the order in which they are written. */
  readonly regions: readonly Region[];
}

export interface Region {
  readonly name: RegionName;
  /** Empty where ingress is direct. */
  readonly proxies: readonly ProxyInstance[];
}

/** One edge proxy: one machine in production, one process in the local world. */
export interface ProxyInstance {
  readonly region: RegionName;
  /** Counts from 1 within the region. */
  readonly number: number;
  readonly engine: Engine;
  /** `proxyN-R-S.D`. */
  readonly hostname: string;
}
