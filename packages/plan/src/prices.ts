/** One price, in US dollars. */
export interface Price {
  readonly usd: number;
  /** What one of it is. */
  readonly per: string;
  readonly source: string;
  /** When somebody last read it there. */
  readonly read: string;
}

const ROUTE_53 = 'https://aws.amazon.com/route53/pricing/';
const API_GATEWAY = 'https://aws.amazon.com/api-gateway/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const EC2 = 'https://aws.amazon.com/ec2/pricing/on-demand/';
const EBS = 'https://aws.amazon.com/ebs/pricing/';
const VPC = 'https://aws.amazon.com/vpc/pricing/';
const ACM = 'https://aws.amazon.com/certificate-manager/pricing/';

/**
 * List prices, of us-east-1 where they depend on the region. Those of Route 53 were transcribed from its page; the
 * others were not re-read there for this table, and are to be taken for estimates until somebody does.
 */
export const prices = {
  hostedZone: { usd: 0.5, per: 'zone and month', source: ROUTE_53, read: '2026-09-20' },
  healthCheck: { usd: 0.5, per: 'check of an AWS endpoint and month', source: ROUTE_53, read: '2026-09-20' },
  healthCheckOption: { usd: 1, per: 'option (HTTPS, 10 s) and month', source: ROUTE_53, read: '2026-09-20' },
  latencyQueries: { usd: 0.6, per: 'million queries', source: ROUTE_53, read: '2026-09-20' },
  standardQueries: { usd: 0.4, per: 'million queries', source: ROUTE_53, read: '2026-09-20' },
  instance: { usd: 0.0168, per: 't4g.small and hour', source: EC2, read: 'not re-read' },
  disk: { usd: 0.08, per: 'GB of gp3 and month', source: EBS, read: 'not re-read' },
  publicAddress: { usd: 0.005, per: 'public IPv4 address and hour', source: VPC, read: 'not re-read' },
  apiRequests: { usd: 1, per: 'million requests of an HTTP API', source: API_GATEWAY, read: 'not re-read' },
  invocations: { usd: 0.2, per: 'million invocations', source: LAMBDA, read: 'not re-read' },
  computing: { usd: 0.000_013_333_4, per: 'GB-second on arm64', source: LAMBDA, read: 'not re-read' },
  strongReads: { usd: 0.125, per: 'million read units', source: DYNAMODB, read: 'not re-read' },
  dataOut: { usd: 0.09, per: 'GB to the internet', source: EC2, read: 'not re-read' },
  dataBetween: { usd: 0.01, per: 'GB by a public address, each way', source: EC2, read: 'not re-read' },
  exportableCertificate: { usd: 149, per: 'wildcard issued or renewed', source: ACM, read: '2025' },
} as const satisfies Readonly<Record<string, Price>>;

/** Each size of the family costs twice the one before it; a type that is not here is taken for a t4g.small. */
export const smallsOf: Readonly<Record<string, number>> = {
  't4g.micro': 0.5,
  't4g.small': 1,
  't4g.medium': 2,
  't4g.large': 4,
  't4g.xlarge': 8,
};

/** The first so many checks of AWS endpoints are free, but for their options. Source: the page of Route 53's prices. */
export const FREE_HEALTH_CHECKS = 50;
export const HOURS_PER_MONTH = 730;
