import { z } from 'zod';
import { regionNames } from './regions.ts';

const engine = z.enum(['haproxy', 'fastify']);

const proxy = z.strictObject({
  engine: engine.optional().describe("This instance's engine. Default: its region's."),
});

/** The settings of one region. */
export const writtenRegionSchema = z
  .strictObject({
    proxies: z
      .union([
        z.int().min(1).describe('How many proxies run in this region.'),
        z.array(proxy).min(1).describe('One entry for each proxy, in the order of their numbers.'),
      ])
      .default(1)
      .describe('The proxies of this region: a count, or a list. Unused while ingress is direct.'),
    engine: engine.optional().describe("The engine of this region's proxies. Default: edge.engine."),
  })
  .describe('One region; {} takes every default.');

const dns = z.strictObject({
  chain: z
    .enum(['alias', 'cname'])
    .default('alias')
    .describe(
      'alias: one look-up, health of the whole branch counts. cname: a chain of names with calculated health checks.',
    ),
  ttl: z.int().min(1).default(60).describe('Seconds that resolvers may keep an answer; at most 60.'),
});

const healthCheck = z.strictObject({
  interval: z.literal([10, 30]).default(10).describe('Seconds between two probes of one Route 53 checker.'),
  failureThreshold: z
    .int()
    .min(1)
    .max(10)
    .default(3)
    .describe("Probes in a row that change a checker's opinion, either way."),
});

const edge = z.strictObject({
  engine: engine
    .default('haproxy')
    .describe('What runs at the edge; a region or an instance may override it.'),
  fallbacks: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe("How many other regions' APIs a proxy may fall back to, nearest first."),
  maxConnectionAge: z
    .int()
    .min(30)
    .max(86_400)
    .default(600)
    .describe('Seconds after which a connection is closed politely, so that its client looks up again.'),
  clientRate: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe(
      'Requests per second that one client address may make of one proxy, averaged over 10 s; more are answered with 429. Offices and mobile networks share an address.',
    ),
  logSample: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'Share of the requests that went well to write access logs of; those that did not are always logged.',
    ),
  drain: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .describe(
      'Seconds that a leaving proxy keeps serving after its health check turned to 503. Default: 120, or health-check detection plus TTL where that is longer.',
    ),
});

const delivery = z.strictObject({
  cache: z
    .enum(['no-cache', 'no-store'])
    .default('no-cache')
    .describe('no-cache: browsers revalidate at every load. no-store: browsers keep nothing.'),
});

/** What people type. Positions, nearest names and rules between fields are added by `parseTopology`. */
export const writtenTopologySchema = z.strictObject({
  service: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'a lower-case DNS label such as fast')
    .describe('The label of the public name: fast in fast.example.com.'),
  domain: z
    .string()
    .regex(
      /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
      'a lower-case domain without a trailing dot, such as example.com',
    )
    .describe('The domain of the hosted zone; every name is one label under it.'),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/, 'the id of a Route 53 hosted zone, such as Z0123456789EXAMPLE')
    .describe('The Route 53 hosted zone that the records are written to.'),
  home: z
    .enum(regionNames)
    .describe("Where the data stack lives, and an account's default home; one of the regions below."),
  ingress: z
    .enum(['proxy', 'direct'])
    .default('proxy')
    .describe("proxy: visitors reach the edge proxies. direct: visitors reach the regions' APIs."),
  dns: dns.prefault({}).describe('How the public name is answered.'),
  healthCheck: healthCheck.prefault({}).describe('How Route 53 probes.'),
  edge: edge.prefault({}).describe('The edge proxies.'),
  delivery: delivery.prefault({}).describe('The answer that browsers get.'),
  regions: z
    .partialRecord(z.enum(regionNames), writtenRegionSchema)
    .meta({ minProperties: 1 })
    .describe('The regions. A new region is one line.'),
});

/** A topology as people write it: defaults may be left out. */
export type WrittenTopology = z.input<typeof writtenTopologySchema>;

/** A written topology that passed the schema: defaults are in, rules have not run. */
export type CompleteTopology = z.output<typeof writtenTopologySchema>;

/** The schema for a file with parts taken out, so that rules can run on what is left. */
export const partialTopologySchema = writtenTopologySchema.partial();

/** A topology of which parts may be missing. */
export type PartialTopology = z.output<typeof partialTopologySchema>;
