import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem, parseTopology, requireTopology, TopologyError } from '../src/index.ts';

const topologies = new URL('../../../topologies/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, topologies), 'utf8');

function problemsOf(text: string): readonly string[] {
  const result = parseTopology(text, 'my.yaml');
  return result.ok ? [] : result.problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const head = 'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\n';

describe('parseTopology', () => {
  it.each(['production.yaml', 'staging.yaml'])('accepts topologies/%s', (name) => {
    expect(parseTopology(read(name), name).ok).toBe(true);
  });

  it('writes every default out', () => {
    const topology = requireTopology(`${head}regions: { us-east-1: {} }`, 'my.yaml');
    expect(topology).toEqual({
      service: 'fast',
      domain: 'example.com',
      hostedZoneId: 'Z1',
      home: 'us-east-1',
      ingress: 'proxy',
      dns: { chain: 'alias', ttl: 60 },
      healthCheck: { interval: 10, failureThreshold: 3 },
      edge: {
        engine: 'haproxy',
        fallbacks: 2,
        maxConnectionAge: 600,
        clientRate: 500,
        logSample: 1,
        instanceType: 't4g.small',
        drain: 120,
      },
      delivery: { cache: 'no-cache' },
      functions: { tracing: false, logDays: 30 },
      origin: { lock: 'none' },
      alarms: {},
      regions: [
        {
          name: 'us-east-1',
          proxies: [
            {
              region: 'us-east-1',
              number: 1,
              engine: 'haproxy',
              hostname: 'proxy1-us-east-1-fast.example.com',
            },
          ],
        },
      ],
    });
  });

  it('freezes the topology all the way down', () => {
    const topology = requireTopology(read('production.yaml'), 'production.yaml');
    expect(Object.isFrozen(topology)).toBe(true);
    expect(Object.isFrozen(topology.regions[0]?.proxies[0])).toBe(true);
  });

  it('keeps the regions in the order in which they are written', () => {
    const topology = requireTopology(
      `${head}regions: { us-west-2: {}, us-east-1: {}, ap-south-1: {} }`,
      'my.yaml',
    );
    expect(topology.regions.map(({ name }) => name)).toEqual(['us-west-2', 'us-east-1', 'ap-south-1']);
  });

  it('lets an instance override its region, and a region the edge', () => {
    const topology = requireTopology(
      `${head}edge: { engine: haproxy }
regions:
  us-east-1: { engine: fastify, proxies: [{}, { engine: haproxy }] }
  eu-west-1: {}
`,
      'my.yaml',
    );
    const engines = topology.regions.map(({ proxies }) => proxies.map(({ engine }) => engine));
    expect(engines).toEqual([['fastify', 'haproxy'], ['haproxy']]);
  });

  it('rejects a topic of one region: an alarm can only notify a topic of its own', () => {
    const topic = (region: string) => `alarms: { topicArn: "arn:aws:sns:${region}:123456789012:on-call" }`;
    expect(problemsOf(`${head}${topic('us-east-1')}\nregions: { us-east-1: {} }`)).toEqual([
      expect.stringContaining('TOPOLOGY_INVALID_VALUE'),
    ]);
    expect(problemsOf(`${head}${topic('{region}')}\nregions: { us-east-1: {} }`)).toEqual([]);
  });

  it('leaves the proxies of a direct topology out', () => {
    const topology = requireTopology(
      `${head}ingress: direct\nregions: { us-east-1: { proxies: 2 } }`,
      'my.yaml',
    );
    expect(topology.regions[0]?.proxies).toEqual([]);
  });

  it('lengthens the default drain to detection plus TTL', () => {
    const topology = requireTopology(
      `${head}healthCheck: { interval: 30 }\nregions: { us-east-1: {} }`,
      'my.yaml',
    );
    expect(topology.edge.drain).toBe(150);
  });

  it('reports every problem at once, each at its line and column', () => {
    const text = `service: fast.eu
domain: example.com
hostedZoneId: 3
home: us-esat-1
foo: 1
bar: 2
dns: { ttl: 90, chian: alias }
regions:
  us-esat-1: { proxies: 0 }
  eu-west-1: { proxies: [{ engine: ngnix }], engin: x }
  us-east-2:
  us-west-2: { proxies: 150 }
`;
    expect(problemsOf(text)).toEqual([
      '1:10 TOPOLOGY_OUTSIDE_WILDCARD',
      '3:15 TOPOLOGY_INVALID_VALUE',
      '4:7 TOPOLOGY_UNKNOWN_REGION',
      '5:1 TOPOLOGY_UNKNOWN_KEY',
      '6:1 TOPOLOGY_UNKNOWN_KEY',
      '7:13 TOPOLOGY_TTL_TOO_LONG',
      '7:17 TOPOLOGY_UNKNOWN_KEY',
      '9:3 TOPOLOGY_UNKNOWN_REGION',
      '9:25 TOPOLOGY_INVALID_VALUE',
      '10:36 TOPOLOGY_INVALID_VALUE',
      '10:46 TOPOLOGY_UNKNOWN_KEY',
      '11:13 TOPOLOGY_INVALID_VALUE',
      '12:25 TOPOLOGY_RECORD_LIMIT',
    ]);
  });

  it.each([
    ['regions: { us-esat-1: {} }', 'us-east-1'],
    ['regions: { US-EAST-1: {} }', 'us-east-1'],
    ['regions: { us-east-1: { proxeis: 2 } }', 'proxies'],
    ['edge: { engine: haprxy }\nregions: { us-east-1: {} }', 'haproxy'],
    ['ingres: direct\nregions: { us-east-1: {} }', 'ingress'],
  ])('suggests the nearest valid name for %j', (text, suggestion) => {
    const result = parseTopology(head + text, 'my.yaml');
    expect(result.ok ? [] : result.problems).toContainEqual(
      expect.objectContaining({ suggestion, hint: `did you mean ${suggestion}?` }),
    );
  });

  it.each(['cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'])(
    'says that %s is of another partition',
    (region) => {
      const result = parseTopology(`${head}regions: { us-east-1: {}, ${region}: {} }`, 'my.yaml');
      expect(result.ok ? [] : result.problems).toEqual([
        expect.objectContaining({
          code: 'TOPOLOGY_UNKNOWN_REGION',
          hint: expect.stringContaining('partitions'),
        }),
      ]);
    },
  );

  it('rejects a key that stands twice', () => {
    expect(problemsOf(`${head}service: slow\nregions: { us-east-1: {} }`)).toEqual([
      '5:1 TOPOLOGY_DUPLICATE_KEY',
    ]);
  });

  it('rejects text that is not YAML, and says where', () => {
    expect(problemsOf(`${head}regions: {`)).toEqual([expect.stringMatching(/^5:\d+ TOPOLOGY_SYNTAX$/)]);
  });

  it('rejects an alias without an anchor, and says where', () => {
    expect(problemsOf(`${head}regions:\n  us-east-1: *two\n`)).toEqual(['6:14 TOPOLOGY_SYNTAX']);
  });

  it('rejects aliases that multiply without end', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, n) => `a${n}: &a${n} [${Array(10).fill(n === 0 ? 'x' : `*a${n - 1}`)}]`,
    );
    expect(problemsOf(bomb.join('\n'))).toEqual(['1:1 TOPOLOGY_SYNTAX']);
  });

  it('takes anchors and aliases for what they stand for', () => {
    const text = `${head}regions:\n  us-east-1: &two { proxies: 2 }\n  eu-west-1: *two\n`;
    expect(requireTopology(text, 'my.yaml').regions.map(({ proxies }) => proxies.length)).toEqual([2, 2]);
  });

  it('takes merge keys for what they stand for', () => {
    const text = `${head}regions:\n  us-east-1: &two { proxies: 2 }\n  eu-west-1: { <<: *two, engine: fastify }\n`;
    const [, ireland] = requireTopology(text, 'my.yaml').regions;
    expect(ireland?.proxies.map(({ engine }) => engine)).toEqual(['fastify', 'fastify']);
  });

  it('rejects an empty file with a way to start', () => {
    const result = parseTopology('', 'my.yaml');
    expect(result.ok ? '' : result.problems.map(formatProblem).join('\n')).toBe(
      'my.yaml:1:1 TOPOLOGY_MISSING_KEY the file is empty\n' +
        '  start with service: fast, domain: example.com, hostedZoneId: Z0123456789EXAMPLE, home: us-east-1, regions: { us-east-1: {} }',
    );
  });

  it('rejects a topology without regions', () => {
    expect(problemsOf(`${head}regions: {}`)).toEqual(['5:10 TOPOLOGY_INVALID_VALUE']);
  });

  it('says one thing of a topology whose only region is misspelled', () => {
    expect(problemsOf(`${head}regions: { us-esat-1: {} }`)).toEqual(['5:12 TOPOLOGY_UNKNOWN_REGION']);
  });

  it('rejects keys that reach for a prototype', () => {
    expect(problemsOf(`${head}__proto__: { a: 1 }\nconstructor: 1\nregions: { us-east-1: {} }`)).toEqual([
      '5:1 TOPOLOGY_UNKNOWN_KEY',
      '6:1 TOPOLOGY_UNKNOWN_KEY',
    ]);
  });
});

describe('requireTopology', () => {
  it('throws one error that carries every problem', () => {
    expect(() => requireTopology('a: 1\nb: 2', 'my.yaml')).toThrow(TopologyError);
    expect(() => requireTopology('a: 1\nb: 2', 'my.yaml')).toThrow(/my\.yaml:1:1 .*\n(.*\n)+my\.yaml:2:1 /);
  });
});
