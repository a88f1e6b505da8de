import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Parameter,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Asset, SynthesisedStack, Template } from './assembly.ts';
import type { Clients } from './clients.ts';
import { mustRun } from './processes.ts';
import type { Python } from './python.ts';

/** What `cdk bootstrap` leaves in a region: the bucket of assets, and its version. */
export async function bootstrap({ s3, ssm }: Clients, bucket: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await ssm.send(
    new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '30' }),
  );
}

/** Puts the assets of a stack where its template looks for them. */
export async function publishAssets(
  { s3 }: Clients,
  assets: readonly Asset[],
  python: Python,
  folder: string,
): Promise<void> {
  for (const { path, packaging, bucket, key } of assets) {
    let file = path;
    if (packaging === 'zip') {
      file = join(folder, key);
      await mustRun(python.program, ['-c', ZIP, file, path]);
    }
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(file) }));
  }
}

const ZIP = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name in sorted(os.listdir(sys.argv[2])):
        archive.write(os.path.join(sys.argv[2], name), name)
`;

export type Outcome = 'created' | 'updated' | 'unchanged';

/** Creates the stack, or updates it where it is; says what CloudFormation did. */
export async function deployStack(
  clients: Clients,
  { name, id }: Pick<SynthesisedStack, 'name' | 'id'>,
  template: Template,
  parameters: Readonly<Record<string, string>>,
  bucket: string,
): Promise<Outcome> {
  const { cloudFormation } = clients;
  const input = {
    StackName: name,
    ...(await templateInput(clients, JSON.stringify(template), bucket, `${id}.template.json`)),
    Parameters: Object.entries(parameters).map(
      ([ParameterKey, ParameterValue]): Parameter => ({ ParameterKey, ParameterValue }),
    ),
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const],
  };
  const exists = await statusOf(clients, name);
  if (exists === undefined) {
    await cloudFormation.send(new CreateStackCommand(input));
    await settled(clients, name, 'CREATE_COMPLETE');
    return 'created';
  }
  try {
    await cloudFormation.send(new UpdateStackCommand(input));
  } catch (error) {
    if (error instanceof Error && error.message.includes('No updates are to be performed'))
      return 'unchanged';
    throw error;
  }
  await settled(clients, name, 'UPDATE_COMPLETE');
  return 'updated';
}

/** CloudFormation takes a longer template from a bucket alone. */
const MAX_TEMPLATE_BYTES = 51_200;

async function templateInput({ s3 }: Clients, text: string, bucket: string, key: string) {
  if (Buffer.byteLength(text) <= MAX_TEMPLATE_BYTES) return { TemplateBody: text };
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
  const endpoint = await s3.config.endpoint?.();
  return { TemplateURL: `http://${endpoint?.hostname}:${endpoint?.port}/${bucket}/${key}` };
}

async function statusOf({ cloudFormation }: Clients, name: string): Promise<string | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0]?.StackStatus;
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

async function settled(clients: Clients, name: string, wanted: string): Promise<void> {
  let status = await statusOf(clients, name);
  while (status?.endsWith('IN_PROGRESS')) {
    await delay(100);
    status = await statusOf(clients, name);
  }
  if (status === wanted) return;
  const { StackEvents = [] } = await clients.cloudFormation.send(
    new DescribeStackEventsCommand({ StackName: name }),
  );
  const reasons = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED')).map(
    ({ ResourceType, LogicalResourceId, ResourceStatusReason }) =>
      `${ResourceType} ${LogicalResourceId}: ${ResourceStatusReason}`,
  );
  throw new Error([`${name} is ${status}`, ...reasons].join('\n  '));
}

/** The types of the resources that a stack really has. */
export async function resourceTypesOf({ cloudFormation }: Clients, name: string): Promise<readonly string[]> {
  const { StackResources = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: name }),
  );
  return StackResources.filter(({ PhysicalResourceId }) => PhysicalResourceId).map(
    ({ ResourceType = '' }) => ResourceType,
  );
}

export async function outputsOf(
  { cloudFormation }: Clients,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
  return Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Name of the bucket that `cdk bootstrap` makes in a region of the emulators' account. */
export const bucketOf = (region: string): string => `cdk-hnb659fds-assets-123456789012-${region}`;
