import { z } from 'zod';

/**
 * The parts of Route 53's answers that decide where people go; whatever else stands there is let be.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
export const recordSetSchema = z.object({
  Name: z.string().min(1),
  Type: z.string().min(1),
  SetIdentifier: z.string().min(1).optional(),
  Weight: z.int().min(0).max(255).optional(),
  Region: z.string().optional(),
  TTL: z.int().min(0).optional(),
  HealthCheckId: z.string().min(1).optional(),
  ResourceRecords: z
    .array(z.object({ Value: z.string() }))
    .min(1)
    .optional(),
  AliasTarget: z.object({ DNSName: z.string().min(1), EvaluateTargetHealth: z.boolean() }).optional(),
  Failover: z.string().optional(),
  GeoLocation: z.unknown().optional(),
  GeoProximityLocation: z.unknown().optional(),
  MultiValueAnswer: z.boolean().optional(),
  CidrRoutingConfig: z.unknown().optional(),
});

export type WrittenRecordSet = z.output<typeof recordSetSchema>;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
export const healthCheckSchema = z.object({
  Id: z.string().min(1),
  HealthCheckConfig: z.object({
    Type: z.string().min(1),
    Inverted: z.boolean().optional(),
    Disabled: z.boolean().optional(),
    HealthThreshold: z.int().min(0).optional(),
    ChildHealthChecks: z.array(z.string()).optional(),
  }),
});

export type WrittenHealthCheck = z.output<typeof healthCheckSchema>;

/** Answers come in pages; `aws` puts them together into one. */
export const recordSetsSchema = z.object({ ResourceRecordSets: z.array(z.unknown()) });
export const healthChecksSchema = z.object({ HealthChecks: z.array(z.unknown()) });
