import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { requireTopology } from '@isochrone/topology';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { judgeQuotas, unread } from '../../src/doctor/judge-quotas.ts';
import { readQuotas } from '../../src/doctor/quotas.ts';

const written = (more = ''): string =>
  `service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: { proxies: 2 }\n  af-south-1: {}\n${more}`;
const topology = (more = '') => requireTopology(written(more), 'test.yaml');

interface Account {
  readonly elasticIps: number;
  /** Names of those that are allocated in us-east-1. */
  readonly addresses: readonly string[];
  readonly concurrency: number;
  readonly unreserved: number;
  readonly healthChecks: readonly [used: number, limit: number];
  readonly optIn: string;
}

const roomy: Account = {
  elasticIps: 5,
  addresses: ['proxy1-us-east-1-fast', 'proxy2-us-east-1-fast', 'somebody-else'],
  concurrency: 1000,
  unreserved: 1000,
  healthChecks: [12, 200],
  optIn: 'opted-in',
};

/** The few answers of EC2, Lambda and Route 53 that quotas are read from; undefined refuses everything. */
async function startAws(account: Account | undefined): Promise<void> {
  const server = createServer(async (request, response) => {
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
    const asked = `${region} ${request.url} ${await text(request)}`;
    if (account === undefined) {
      response.writeHead(403, { 'content-type': 'text/xml', 'x-amzn-errortype': 'AccessDeniedException' });
      response.end(
        asked.includes('account-settings')
          ? '{"Message":"not allowed"}'
          : asked.includes('accountlimit')
            ? '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not allowed</Message></Error></ErrorResponse>'
            : '<Response><Errors><Error><Code>AccessDenied</Code><Message>not allowed</Message></Error></Errors></Response>',
      );
    } else if (region === 'af-south-1' && account.optIn === 'not-opted-in') {
      response
        .writeHead(401)
        .end('<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>');
    } else response.end(answerTo(asked, account));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
}

function answerTo(
  asked: string,
  { elasticIps, addresses, concurrency, unreserved, healthChecks, optIn }: Account,
): string {
  const items = (list: readonly string[]): string => list.map((each) => `<item>${each}</item>`).join('');
  if (asked.includes('DescribeRegions')) {
    const regions = [
      '<regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus>',
      `<regionName>af-south-1</regionName><optInStatus>${optIn}</optInStatus>`,
    ];
    return `<DescribeRegionsResponse><regionInfo>${items(regions)}</regionInfo></DescribeRegionsResponse>`;
  }
  if (asked.includes('DescribeAccountAttributes')) {
    const values = `<attributeName>vpc-max-elastic-ips</attributeName><attributeValueSet><item><attributeValue>${elasticIps}</attributeValue></item></attributeValueSet>`;
    return `<DescribeAccountAttributesResponse><accountAttributeSet>${items([values])}</accountAttributeSet></DescribeAccountAttributesResponse>`;
  }
  if (asked.includes('DescribeAddresses')) {
    const tagged = (asked.startsWith('us-east-1') ? addresses : []).map(
      (name) => `<tagSet><item><key>Name</key><value>${name}</value></item></tagSet>`,
    );
    return `<DescribeAddressesResponse><addressesSet>${items(tagged)}</addressesSet></DescribeAddressesResponse>`;
  }
  if (asked.includes('accountlimit')) {
    const [used, limit] = healthChecks;
    return `<GetAccountLimitResponse><Limit><Type>MAX_HEALTH_CHECKS_BY_OWNER</Type><Value>${limit}</Value></Limit><Count>${used}</Count></GetAccountLimitResponse>`;
  }
  return JSON.stringify({
    AccountLimit: { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: unreserved },
  });
}

async function judged(account: Partial<Account>, more = '') {
  await startAws({ ...roomy, ...account });
  const seen = await readQuotas(topology(more));
  expect(unread(seen)).toEqual([]);
  return judgeQuotas(topology(more), seen).map(({ level, id, subject }) => [level, id, subject]);
}

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  return () => vi.unstubAllEnvs();
});

describe('quotas of the account', () => {
  it('are no finding where there is room', async () => {
    expect(await judged({})).toEqual([]);
  });

  it('must leave an Elastic IP for each proxy, beside those of others', async () => {
    expect(await judged({ elasticIps: 3 })).toEqual([]);
    const others = ['a', 'b', 'c', 'd'];
    expect(await judged({ addresses: others })).toEqual([['error', 'quota-elastic-ips', 'us-east-1']]);
  });

  it('must leave room for the health checks', async () => {
    expect(await judged({ healthChecks: [199, 200] })).toEqual([
      ['warning', 'quota-health-checks', 'route53'],
    ]);
    expect(await judged({ healthChecks: [0, 2] })).toEqual([['error', 'quota-health-checks', 'route53']]);
  });

  it('must allow the functions to run at once, and a reservation to leave enough', async () => {
    expect(await judged({ concurrency: 10 })).toEqual([
      ['warning', 'quota-concurrency', 'us-east-1'],
      ['warning', 'quota-concurrency', 'af-south-1'],
    ]);
    expect(await judged({ concurrency: 500 }, 'functions: { reservedConcurrency: 450 }\n')).toEqual([
      ['error', 'quota-concurrency', 'us-east-1'],
      ['error', 'quota-concurrency', 'af-south-1'],
    ]);
  });

  it('must leave enough unreserved, whatever others have reserved', async () => {
    const reserving = 'functions: { reservedConcurrency: 100 }\n';
    expect(await judged({ unreserved: 200 }, reserving)).toEqual([]);
    expect(await judged({ unreserved: 150 }, reserving)).toEqual([
      ['warning', 'quota-concurrency', 'us-east-1'],
      ['warning', 'quota-concurrency', 'af-south-1'],
    ]);
  });

  it('are read where the home itself is not enabled', async () => {
    const home = 'home: af-south-1';
    const moved = requireTopology(written().replace('home: us-east-1', home), 'test.yaml');
    await startAws({ ...roomy, optIn: 'not-opted-in' });
    const seen = await readQuotas(moved);
    expect(judgeQuotas(moved, seen).map(({ id, subject }) => [id, subject])).toEqual([
      ['region-disabled', 'af-south-1'],
    ]);
  });

  it('are nothing in a region that is not enabled', async () => {
    expect(await judged({ optIn: 'not-opted-in' })).toEqual([['error', 'region-disabled', 'af-south-1']]);
  });

  it('are told as unread, with the reason, where AWS refuses', async () => {
    await startAws(undefined);
    const seen = await readQuotas(topology());
    expect(judgeQuotas(topology(), seen)).toEqual([]);
    expect(unread(seen)).toEqual([
      expect.stringMatching(/^health checks \(AccessDenied/),
      expect.stringMatching(/^whether us-east-1 is enabled \(/),
      expect.stringMatching(/^Elastic IPs of us-east-1 \(AccessDenied/),
      expect.stringMatching(/^concurrency of us-east-1 \(AccessDenied/),
      expect.stringMatching(/^whether af-south-1 is enabled \(/),
      expect.stringMatching(/^Elastic IPs of af-south-1 \(/),
      expect.stringMatching(/^concurrency of af-south-1 \(/),
    ]);
  });
});
