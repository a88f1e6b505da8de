import { dnsPlan, requireTopology } from '@isochrone/topology';
import { expect, it } from 'vitest';
import { evaluate, zoneFromPlan } from '../src/index.ts';

it('answers with a proxy of the closest region', () => {
  const topology = requireTopology(
    JSON.stringify({
      service: 'fast',
      domain: 'example.com',
      hostedZoneId: 'Z1',
      home: 'us-east-1',
      regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': {} },
    }),
    'test.yaml',
  );
  const decision = evaluate(
    zoneFromPlan(dnsPlan(topology), topology.domain),
    { name: 'FAST.example.com.', type: 'A' },
    { client: { latitude: 40.71, longitude: -74.01 }, health: () => true, random: () => 0.5 },
  );
  expect(decision).toMatchObject({
    kind: 'answer',
    latencyBased: true,
    answers: [
      {
        name: 'fast.example.com',
        type: 'A',
        ttl: 60,
        data: { kind: 'elastic-ip', instance: 'proxy2-us-east-1-fast.example.com' },
      },
    ],
  });
});
