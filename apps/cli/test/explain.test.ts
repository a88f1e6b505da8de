import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture, isochrone, temporaryFolder } from './command.ts';

const explain = (...args: readonly string[]) => isochrone(['explain', ...args]);

/** The answer to a question, and the regions in the order of their latency. */
function decisionOf(...args: readonly string[]) {
  const { status, stdout, stderr } = explain(...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

const instanceOf = (...args: readonly string[]): string =>
  decisionOf(...args).decision.answers[0].data.instance;

function fileWith(value: unknown): string {
  const file = join(temporaryFolder(), 'given.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
}

describe('isochrone explain', () => {
  it('tells New York its way as a tree', () => {
    expect(explain('--from', 'new york', '--draw', '0.3')).toEqual({
      status: 0,
      stderr: '',
      stdout: `fast.trychameleon.com A, asked from New York (40.71,-74.01)

fast.trychameleon.com A: by latency, the closest region
├─ us-east-1  8.7 ms modelled, healthy  chosen → alias to proxy-us-east-1-fast.trychameleon.com
│  └─ proxy-us-east-1-fast.trychameleon.com A: by weight, one is drawn
│     ├─ us-east-1-proxy1  weight 1, healthy  chosen → address of proxy1-us-east-1-fast.trychameleon.com
│     └─ us-east-1-proxy2  weight 1, healthy
├─ eu-west-1  85 ms modelled, healthy
└─ ap-southeast-2  259 ms modelled, healthy

answer  fast.trychameleon.com 60 IN A (address of proxy1-us-east-1-fast.trychameleon.com)
drew 0.3, a chance of 50 % (--draw 0.3 repeats it)
`,
    });
  });

  it('tells why a region was left, check by check', () => {
    const { stdout } = explain('--from', 'new york', '--down', 'us-east-1');
    expect(stdout).toContain(
      [
        '├─ us-east-1  8.7 ms modelled, unhealthy',
        '│  └─ none of the 2 records of proxy-us-east-1-fast.trychameleon.com is healthy',
        '│     ├─ us-east-1-proxy1: check proxy1-us-east-1-fast fails',
        '│     └─ us-east-1-proxy2: check proxy2-us-east-1-fast fails',
        '├─ eu-west-1  85 ms modelled, healthy  chosen → alias to proxy-eu-west-1-fast.trychameleon.com',
      ].join('\n'),
    );
  });

  it.each([
    { from: 'New York', region: 'us-east-1' },
    { from: 'dublin', region: 'eu-west-1' },
    { from: 'cape-town', region: 'eu-west-1' },
    { from: '-36.85,174.76', region: 'ap-southeast-2' },
    { from: 'eu-central-1', region: 'eu-west-1' },
    { from: '203.0.113.77', region: 'ap-southeast-2' },
    { from: '2001:db8:18::1', region: 'eu-west-1' },
  ])('sends $from to $region', ({ from, region }) => {
    expect(instanceOf(`--from=${from}`)).toMatch(new RegExp(`^proxy\\d-${region}-fast\\.`));
  });

  it.each([
    { why: 'an instance by its check', down: ['proxy1-us-east-1-fast'], instance: 'proxy2-us-east-1-fast' },
    {
      why: 'an instance by its name',
      down: ['proxy2-us-east-1-fast.trychameleon.com'],
      instance: 'proxy1-us-east-1-fast',
    },
    { why: 'two regions', down: ['us-east-1', 'eu-west-1'], instance: 'proxy2-ap-southeast-2-fast' },
    {
      why: 'every region',
      down: ['us-east-1', 'eu-west-1', 'ap-southeast-2'],
      instance: 'proxy2-us-east-1-fast',
    },
  ])('takes $why for down', ({ down, instance }) => {
    const args = down.flatMap((target) => ['--down', target]);
    expect(instanceOf('--from', 'new york', '--draw', '0.9', ...args)).toBe(`${instance}.trychameleon.com`);
  });

  it('says where a group failed open', () => {
    const { stdout } = explain(
      '--from',
      'tokyo',
      '--topology',
      fixture('one-region.yaml'),
      '--down',
      'us-east-1',
    );
    expect(stdout.match(/none is healthy, so all count as healthy \(failed open\)/g)).toHaveLength(2);
  });

  it('goes by measured latencies where it is given some', () => {
    const file = fileWith({ 'new york': { 'us-east-1': 90, 'eu-west-1': 70.5 } });
    const { stdout } = explain('--from', 'new york', '--latency', file);
    expect(stdout).toContain('├─ eu-west-1  71 ms measured, healthy  chosen');
    expect(stdout).toContain('├─ us-east-1  90 ms measured, healthy\n');
    expect(stdout).toContain('└─ ap-southeast-2  259 ms modelled, healthy\n');
  });

  it('finds an address in networks of one’s own', () => {
    const file = fileWith({ '10.0.0.0/8': 'sydney', '10.9.0.0/16': '53.35,-6.26' });
    expect(instanceOf('--from', '10.1.2.3', '--geo', file)).toContain('ap-southeast-2');
    expect(instanceOf('--from', '10.9.2.3', '--geo', file)).toContain('eu-west-1');
  });

  it('follows other names and types', () => {
    const { stdout } = explain(
      'staging-eu-west-1-fast.trychameleon.com',
      '--from',
      'london',
      '--type',
      'AAAA',
    );
    expect(stdout).toContain(
      'answer  staging-eu-west-1-fast.trychameleon.com 60 IN AAAA (address of the API of',
    );
  });

  it.each([
    { name: 'nothing.trychameleon.com', outcome: 'no such name (NXDOMAIN)' },
    { name: 'trychameleon.com', outcome: 'no records of this type (NOERROR, no data)' },
    { name: 'example.org', outcome: 'not in this zone (REFUSED)' },
  ])('says of $name: $outcome', ({ name, outcome }) => {
    expect(explain(name, '--from', 'london')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`answer  ${outcome}\n`),
    });
  });

  it('gives the whole decision as JSON', () => {
    expect(decisionOf('--from', 'new york', '--down', 'proxy1-us-east-1-fast')).toMatchObject({
      ok: true,
      topology: 'topologies/production.yaml',
      query: { name: 'fast.trychameleon.com', type: 'A' },
      client: { label: 'New York', latitude: 40.71, longitude: -74.01 },
      down: ['proxy1-us-east-1-fast'],
      decision: {
        kind: 'answer',
        latencyBased: true,
        answers: [
          { ttl: 60, data: { kind: 'elastic-ip', instance: 'proxy2-us-east-1-fast.trychameleon.com' } },
        ],
        reasons: [
          { choice: { policy: 'latency', region: 'us-east-1' } },
          { choice: { policy: 'weighted', share: 1 }, candidates: [{ healthy: false }, { chosen: true }] },
        ],
      },
    });
  });
});

describe('isochrone explain rejects', () => {
  it.each([
    {
      what: 'a place that it does not know',
      args: ['--from', 'new yrk'],
      says: /^ROUTING_UNKNOWN_PLACE .*\n {2}did you mean New York\?\n$/,
    },
    {
      what: 'an address of no known network',
      args: ['--from', '8.8.8.8'],
      says: /^ROUTING_UNKNOWN_PLACE no network of the table holds 8\.8\.8\.8\n/,
    },
    {
      what: 'an unknown target',
      args: ['--from', 'tokyo', '--down', 'us-est-1'],
      says: /^CLI_UNKNOWN_TARGET .*\n {2}did you mean us-east-1\?\n$/,
    },
    {
      what: 'a file that is not there',
      args: ['--from', 'tokyo', '--geo', 'missing.json'],
      says: /^CLI_INPUT_UNREADABLE cannot read missing\.json: no such file\n/,
    },
  ])('$what', ({ args, says }) => {
    const { status, stdout, stderr } = explain(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('a file of latencies with all its problems at once', () => {
    const file = fileWith({ 'new yrk': { 'us-est-1': 1 }, tokyo: { 'eu-west-1': -2 } });
    const { status, stdout, stderr } = explain('--from', 'tokyo', '--latency', file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.match(/ROUTING_INVALID_LATENCY_MATRIX/g)).toHaveLength(3);
    expect(stderr).toContain('did you mean us-east-1?');
    expect(JSON.parse(explain('--from', 'tokyo', '--latency', file, '--json').stdout)).toMatchObject({
      ok: false,
      problems: [{ file }, { file }, { file }],
    });
  });

  it.each([
    { args: [], why: 'no place' },
    { args: ['--from', 'tokyo', '--draw', '1'], why: 'a draw out of range' },
  ])('$why as misuse', ({ args }) => {
    expect(explain(...args)).toMatchObject({ status: 2, stdout: '' });
  });
});
