import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsRegions, distanceKm, modelledRoundTripMs, regionNames, upstreamsOf } from '../src/index.ts';
import { anyTopology, topologyWith } from './support/topologies.ts';

describe('upstreamsOf', () => {
  it("names the region's own API first, then the nearest others", () => {
    const topology = topologyWith({
      regions: { 'us-east-1': {}, 'ap-southeast-2': {}, 'eu-west-1': {}, 'eu-central-1': {} },
    });
    expect(upstreamsOf(topology, 'eu-west-1')).toEqual([
      {
        region: 'eu-west-1',
        hostname: 'eu-west-1-fast.example.com',
        role: 'own',
        roundTripMs: 3,
        checkInterval: 5,
      },
      {
        region: 'eu-central-1',
        hostname: 'eu-central-1-fast.example.com',
        role: 'fallback',
        roundTripMs: 20,
        checkInterval: 30,
      },
      {
        region: 'us-east-1',
        hostname: 'us-east-1-fast.example.com',
        role: 'fallback',
        roundTripMs: 90,
        checkInterval: 30,
      },
    ]);
  });

  it('takes at most edge.fallbacks others, each once', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        for (const { name } of topology.regions) {
          const upstreams = upstreamsOf(topology, name);
          expect(upstreams[0]?.region).toBe(name);
          expect(new Set(upstreams.map(({ region }) => region)).size).toBe(upstreams.length);
          expect(upstreams.length).toBe(Math.min(topology.regions.length, topology.edge.fallbacks + 1));
        }
      }),
    );
  });
});

describe('the latency model', () => {
  it('is symmetric and least at home', () => {
    const anyRegion = fc.constantFrom(...regionNames).map((name) => awsRegions[name]);
    fc.assert(
      fc.property(anyRegion, anyRegion, (a, b) => {
        expect(modelledRoundTripMs(a, b)).toBeCloseTo(modelledRoundTripMs(b, a), 9);
        expect(modelledRoundTripMs(a, b)).toBeGreaterThanOrEqual(modelledRoundTripMs(a, a));
      }),
    );
  });

  it('knows the distance between Dublin and Frankfurt', () => {
    expect(distanceKm(awsRegions['eu-west-1'], awsRegions['eu-central-1'])).toBeCloseTo(1088, -1);
  });
});
