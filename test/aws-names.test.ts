import { requireTopology } from '@isochrone/topology';
import { expect, it } from 'vitest';
import * as released from '../apps/cli/src/release/aws-names.ts';
import * as deployed from '../apps/infra/src/names.ts';

const topology = requireTopology(
  'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: { proxies: 2 }\n',
  'names.yaml',
);

it('releases to the functions and machines that the stacks make', () => {
  expect([...released.jobs].toSorted()).toEqual([...deployed.jobs].toSorted());
  for (const job of released.jobs) {
    expect(released.functionName(topology, job)).toBe(deployed.functionName(topology, job));
  }
  for (const instance of topology.regions.flatMap(({ proxies }) => proxies)) {
    expect(released.groupName(instance)).toBe(deployed.instanceName(instance));
  }
});
