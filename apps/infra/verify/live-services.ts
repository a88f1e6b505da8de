import { createHash } from 'node:crypto';
import {
  type CertificateDetail,
  DescribeCertificateCommand,
  ListCertificatesCommand,
} from '@aws-sdk/client-acm';
import { GetApiMappingsCommand, GetApisCommand, GetDomainNamesCommand } from '@aws-sdk/client-apigatewayv2';
import { CreateTableCommand, DescribeTableCommand, type TableDescription } from '@aws-sdk/client-dynamodb';
import {
  DescribeAddressesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
} from '@aws-sdk/client-ec2';
import { GetAliasCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import {
  apiHostname,
  functionJobs,
  functionName,
  type Region,
  stagingApiHostname,
  type Topology,
  tableName,
  wildcardHostname,
} from '@isochrone/topology';
import { releaseParameterName, stages } from '../src/names.ts';
import { type Checks, expectEqual } from './checks.ts';
import type { Clients } from './clients.ts';

/** Asks the services themselves what the stacks left there. */
export async function checkServices(
  checks: Checks,
  label: string,
  topology: Topology,
  region: Region,
  clients: Clients,
): Promise<void> {
  const at = `${label}, ${region.name}`;
  await checks.check(`${at}: aliases point at version 1`, () => aliases(topology, clients));
  await checks.check(`${at}: delivery answers /healthz by its alias live`, () =>
    health(topology, region, clients),
  );
  await checks.check(`${at}: the API has its domains, each mapped to its stage`, () =>
    domains(topology, region, clients),
  );
  await checks.check(`${at}: the certificate is for the wildcard`, async () => {
    const certificate = await describeCertificate(clients);
    expectEqual(certificate?.DomainName, wildcardHostname(topology), 'name');
  });
  await checks.limit('ministack: the key algorithm of a certificate', async () => {
    const certificate = await describeCertificate(clients);
    expectEqual(certificate?.KeyAlgorithm, 'EC_prime256v1', 'key algorithm');
  });
  if (region.proxies.length === 0) return;
  await checks.check(`${at}: every proxy has an address and a launch template with IMDSv2`, () =>
    machines(region, clients),
  );
  await checks.check(`${at}: the release of every proxy is in the bucket, by its hash`, () =>
    releases(topology, region, clients),
  );
}

/**
 * Asks the table of the home region. Where the emulator makes no replicas, a table of the same kind stands for each: the
 * functions of the other regions are to be run, too.
 */
export async function checkTable(
  checks: Checks,
  label: string,
  topology: Topology,
  clientsOf: (region: string) => Clients,
): Promise<void> {
  const { dynamoDb } = clientsOf(topology.home);
  const others = topology.regions.map(({ name }) => name).filter((name) => name !== topology.home);
  const describe = async (): Promise<TableDescription | undefined> =>
    (await dynamoDb.send(new DescribeTableCommand({ TableName: tableName(topology) }))).Table;
  const table = await checks.check(
    `${label}: the table has the keys of the functions, paid by request`,
    async () => {
      const found = await describe();
      expectEqual(
        found?.KeySchema?.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`),
        ['pk HASH', 'sk RANGE'],
        'keys',
      );
      expectEqual(found?.BillingModeSummary?.BillingMode, 'PAY_PER_REQUEST', 'billing');
      return found;
    },
  );
  await checks.limit('ministack: deletion protection of a global table', async () => {
    expectEqual((await describe())?.DeletionProtectionEnabled, true, 'deletion protection');
  });
  if (others.length === 0) return;
  await checks.limit(
    'ministack: replicas of a global table; tables of the same name stand for them',
    async () => {
      const replicas = ((await describe())?.Replicas ?? []).map(({ RegionName = '' }) => RegionName);
      expectEqual(
        others.filter((name) => !replicas.includes(name)),
        [],
        'regions without a replica',
      );
    },
  );
  for (const name of others) {
    await clientsOf(name).dynamoDb.send(
      new CreateTableCommand({
        TableName: tableName(topology),
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: table?.KeySchema,
        AttributeDefinitions: table?.AttributeDefinitions,
      }),
    );
  }
}

async function aliases(topology: Topology, { lambda }: Clients): Promise<void> {
  for (const job of functionJobs) {
    for (const Name of stages) {
      const alias = await lambda.send(
        new GetAliasCommand({ FunctionName: functionName(topology, job), Name }),
      );
      expectEqual(alias.FunctionVersion, '1', `${job} ${Name}`);
    }
  }
}

async function health(topology: Topology, { name }: Region, { lambda }: Clients): Promise<string> {
  const domainName = apiHostname(topology, name);
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/live/healthz',
    rawQueryString: '',
    headers: { host: domainName },
    requestContext: {
      domainName,
      stage: 'live',
      requestId: 'verify',
      http: {
        method: 'GET',
        path: '/live/healthz',
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'verify',
      },
    },
    isBase64Encoded: false,
  };
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({
      FunctionName: functionName(topology, 'delivery'),
      Qualifier: 'live',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  const answer: unknown = JSON.parse(text);
  const status =
    typeof answer === 'object' && answer !== null && 'statusCode' in answer ? answer.statusCode : undefined;
  if (status !== 200) throw new Error(`${FunctionError ?? ''} ${text}`.trim());
  return text.includes(name) ? '200' : text;
}

async function domains(topology: Topology, { name }: Region, { apiGateway }: Clients): Promise<void> {
  const { Items: apis = [] } = await apiGateway.send(new GetApisCommand({}));
  expectEqual(
    apis.map(({ DisableExecuteApiEndpoint }) => DisableExecuteApiEndpoint),
    [true],
    'execute-api disabled',
  );
  const { Items = [] } = await apiGateway.send(new GetDomainNamesCommand({}));
  const mapped: Record<string, string | undefined> = {};
  for (const { DomainName = '' } of Items) {
    const { Items: mappings = [] } = await apiGateway.send(new GetApiMappingsCommand({ DomainName }));
    mapped[DomainName] = mappings.map(({ Stage, ApiMappingKey }) => `${Stage}${ApiMappingKey ?? ''}`).join();
  }
  const wanted = { [apiHostname(topology, name)]: 'live', [stagingApiHostname(topology, name)]: 'staging' };
  for (const [hostname, stage] of Object.entries(wanted)) expectEqual(mapped[hostname], stage, hostname);
}

async function describeCertificate({ acm }: Clients): Promise<CertificateDetail | undefined> {
  const { CertificateSummaryList = [] } = await acm.send(
    new ListCertificatesCommand({ Includes: { keyTypes: ['EC_prime256v1', 'RSA_2048'] } }),
  );
  expectEqual(CertificateSummaryList.length, 1, 'certificates');
  const { Certificate } = await acm.send(
    new DescribeCertificateCommand({ CertificateArn: CertificateSummaryList[0]?.CertificateArn }),
  );
  return Certificate;
}

async function machines(region: Region, { ec2 }: Clients): Promise<void> {
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
  expectEqual(new Set(Addresses.map(({ PublicIp }) => PublicIp)).size, region.proxies.length, 'addresses');
  const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
  expectEqual(LaunchTemplates.length, region.proxies.length, 'launch templates');
  for (const { LaunchTemplateId } of LaunchTemplates) {
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Latest'] }),
    );
    const [latest] = LaunchTemplateVersions;
    expectEqual(latest?.LaunchTemplateData?.MetadataOptions?.HttpTokens, 'required', 'metadata tokens');
  }
}

async function releases(topology: Topology, region: Region, { ssm, s3 }: Clients): Promise<void> {
  const fetchText = async (bucket: string, key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  };
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  for (const proxy of region.proxies) {
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: releaseParameterName(topology, proxy) }),
    );
    const { hostname: bucket, pathname } = new URL(Parameter?.Value ?? '');
    const manifest = await fetchText(bucket, pathname.slice(1));
    expectEqual(`/${hash(manifest)}.txt`, pathname, `manifest of ${proxy.hostname}`);
    for (const [sha256 = '', key = '', name] of manifest
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')))
      expectEqual(hash(await fetchText(bucket, key)), sha256, `${name} of ${proxy.hostname}`);
  }
}
