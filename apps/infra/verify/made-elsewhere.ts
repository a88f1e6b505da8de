import { AllocateAddressCommand } from '@aws-sdk/client-ec2';
import {
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  type HealthCheckConfig,
} from '@aws-sdk/client-route-53';
import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { Clients } from './clients.ts';

type Resource = Template['Resources'][string];

/** What stands for a resource that is made outside of its stack: the values of its references. */
interface Made {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Types that ministack's CloudFormation refuses, as AWS's would an unknown type, while its own APIs have them. They are
 * made by the call that CloudFormation would make, and their references replaced.
 */
const makers: Readonly<
  Record<string, (properties: Resource['Properties'], clients: Clients) => Promise<Made>>
> = {
  'AWS::EC2::EIP': makeAddress,
  'AWS::Route53::HealthCheck': makeHealthCheck,
};

export const typesMadeElsewhere: readonly string[] = Object.keys(makers);

/** A template without what its emulator's CloudFormation does not take, which stands there all the same. */
export class ElsewhereMaker {
  readonly #made = new Map<string, Made>();
  readonly #clients: Clients;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** The same template always refers to the same things, so that it can be deployed again. */
  async adapt(template: Template): Promise<Template> {
    const kept: Record<string, Resource> = {};
    const pending: (readonly [string, Resource])[] = [];
    for (const entry of Object.entries(template.Resources)) {
      if (makers[entry[1].Type] === undefined) kept[entry[0]] = entry[1];
      else pending.push(entry);
    }
    // A calculated check names others, which come first.
    for (const [id, { Type, Properties }] of pending.toSorted((a, b) => references(a) - references(b))) {
      const maker = makers[Type];
      if (maker === undefined || this.#made.has(id)) continue;
      this.#made.set(
        id,
        await maker(z.record(z.string(), z.unknown()).parse(this.#resolve(Properties)), this.#clients),
      );
    }
    const resources = Object.fromEntries(
      Object.entries(kept).map(([id, { DependsOn, ...resource }]) => {
        const left = DependsOn?.filter((other) => !this.#made.has(other)) ?? [];
        return [id, { ...resource, ...(left.length > 0 ? { DependsOn: left } : {}) }];
      }),
    );
    return z.custom<Template>().parse(this.#resolve({ ...template, Resources: resources }));
  }

  /** Replaces every reference to what was made, also those within a text of Fn::Join. */
  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#resolve(each));
    if (typeof value !== 'object' || value === null) return value;
    const { data: reference } = referenceSchema.safeParse(value);
    if (reference !== undefined) {
      const [id, attribute] = 'Ref' in reference ? [reference.Ref, undefined] : reference['Fn::GetAtt'];
      const made = this.#made.get(id);
      if (made !== undefined) return attribute === undefined ? made.ref : made.attributes[attribute];
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#resolve(each)]));
  }
}

const referenceSchema = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
]);

const references = ([, { Properties }]: readonly [string, Resource]): number =>
  JSON.stringify(Properties).includes('"Ref":') ? 1 : 0;

const tagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() })).default([]);

async function makeAddress({ Domain, Tags }: Resource['Properties'], { ec2 }: Clients): Promise<Made> {
  const { PublicIp = '', AllocationId = '' } = await ec2.send(
    new AllocateAddressCommand({
      Domain: z.literal('vpc').parse(Domain),
      TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: tagsSchema.parse(Tags) }],
    }),
  );
  return { ref: PublicIp, attributes: { AllocationId, PublicIp } };
}

async function makeHealthCheck(properties: Resource['Properties'], { route53 }: Clients): Promise<Made> {
  const { EnableSNI, ...config } = configSchema.parse(properties['HealthCheckConfig']);
  const wanted: HealthCheckConfig = { ...config, ...(EnableSNI === undefined ? {} : { EnableSNI }) };
  const { HealthCheck } = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: JSON.stringify(config).slice(0, 64),
      HealthCheckConfig: wanted,
    }),
  );
  const id = HealthCheck?.Id ?? '';
  await route53.send(
    new ChangeTagsForResourceCommand({
      ResourceType: 'healthcheck',
      ResourceId: id,
      AddTags: tagsSchema.parse(properties['HealthCheckTags']),
    }),
  );
  return { ref: id, attributes: { HealthCheckId: id } };
}

const configSchema = z.strictObject({
  Type: z.enum(['HTTPS', 'CALCULATED']),
  FullyQualifiedDomainName: z.string().optional(),
  Port: z.number().optional(),
  ResourcePath: z.string().optional(),
  RequestInterval: z.union([z.literal(10), z.literal(30)]).optional(),
  FailureThreshold: z.number().optional(),
  EnableSNI: z.boolean().optional(),
  MeasureLatency: z.boolean().optional(),
  ChildHealthChecks: z.array(z.string()).optional(),
  HealthThreshold: z.number().optional(),
});
