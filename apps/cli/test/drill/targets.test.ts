import { describe, expect, it } from 'vitest';
import { plannedFaults } from '../../src/drill/targets.ts';
import type { DrilledWorld } from '../../src/drill/world.ts';

const region = (name: string, count: number): DrilledWorld['regions'][number] => ({
  name,
  api: { host: 'api.example.com.localhost', port: 8443 },
  proxies: Array.from({ length: count }, (_, index) => ({
    name: `proxy${index + 1}-${name}-fast`,
    host: `proxy${index + 1}-${name}-fast.example.com.localhost`,
    address: '127.77.1.1',
    port: 8443,
    engine: 'fastify',
    pid: 1,
  })),
});

const world: DrilledWorld = {
  publicUrl: 'https://fast.example.com.localhost:8443',
  scriptUrl: 'https://fast.example.com.localhost:8443/acme.js',
  account: 'acme',
  ca: '/ca.pem',
  timeScale: 10,
  dns: { address: '127.0.0.1', port: 5300 },
  lambda: { endpoint: 'http://127.0.0.1:4400/lambda' },
  frontDoor: { port: 8443 },
  regions: [region('us-east-1', 2), region('eu-west-1', 1)],
};

const planned = (kind: string, target: string) =>
  plannedFaults([{ kind, target }], world).map(({ body, proxies }) => [
    String(body['target']).split('.')[0],
    proxies,
  ]);

describe('plannedFaults', () => {
  it.each([
    ['proxy-stop', 'proxy 1/2', [['proxy2-us-east-1-fast', ['proxy2-us-east-1-fast']]]],
    [
      'proxy-stop',
      'proxy */*',
      [
        ['proxy1-us-east-1-fast', ['proxy1-us-east-1-fast']],
        ['proxy2-us-east-1-fast', ['proxy2-us-east-1-fast']],
        ['proxy1-eu-west-1-fast', ['proxy1-eu-west-1-fast']],
      ],
    ],
    ['region-down', 'region 1', [['us-east-1', ['proxy1-us-east-1-fast', 'proxy2-us-east-1-fast']]]],
    [
      'api-down',
      'region *',
      [
        ['us-east-1', []],
        ['eu-west-1', []],
      ],
    ],
    ['api-down', 'eu-west-1', [['eu-west-1', []]]],
  ])('with %s at %s means %j', (kind, target, expected) => {
    expect(planned(kind, target)).toEqual(expected);
  });

  it('refuse what this world does not have', () => {
    expect(() => planned('region-down', 'region 3')).toThrow('this world has no region 3');
  });
});
