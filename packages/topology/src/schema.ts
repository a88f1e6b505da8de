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
  instanceType: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an EC2 instance type such as t4g.small')
    .default('t4g.small')
    .describe('The EC2 instance type of a proxy; its processor must be the one of the image.'),
  drain: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .describe(
      'Seconds that a leaving proxy keeps serving after its health check turned to 503. Default: 120, or health-check detection plus TTL where that is longer.',
    ),
});

const functions = z.strictObject({
  tracing: z
    .boolean()
    .default(false)
    .describe('Whether X-Ray traces the functions. HTTP APIs are not traced.'),
  reservedConcurrency: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Executions of the delivery function at a time, reserved in each region and at most so many. Default: none, because new accounts have too few to reserve any.',
    ),
  logDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365])
    .default(30)
    .describe('Days that logs of functions, APIs and proxies are kept.'),
});

const alarms = z.strictObject({
  topicArn: z
    .string()
    .regex(
      /^arn:aws:sns:\{region\}:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'the ARN of an SNS topic with {region} in the place of its region, such as arn:aws:sns:{region}:123456789012:on-call',
    )
    .optional()
    .describe(
      'Where alarms go: the ARN of an SNS topic that stands in every region and in us-east-1, with {region} for the region. An alarm can only notify a topic of its own region.',
    ),
});

const origin = z.strictObject({
  lock: z
    .enum(['none'])
    .default('none')
    .describe("none: a region's API answers whoever asks it by its own name, not only the edge proxies."),
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
  account: z
    .string()
    .regex(/^\d{12}$/, 'an AWS account id: twelve digits, in quotes')
    .optional()
    .describe('The AWS account that the stacks are deployed to. Needed for the stacks alone.'),
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
  functions: functions.prefault({}).describe("The regions' functions."),
  origin: origin.prefault({}).describe("The regions' APIs, as upstreams of the proxies."),
  alarms: alarms.prefault({}).describe('Who is told when something is wrong.'),
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
