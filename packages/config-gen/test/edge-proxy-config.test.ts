import { expect, it } from 'vitest';
import {
  edgeErrorBody,
  edgeErrors,
  edgeProxyConfigSchema,
  productionSettings,
  renderEdgeProxy,
} from '../src/index.ts';
import { firstInstance, topologyOf } from './support/topologies.ts';

const topology = topologyOf('production');
const valid = JSON.parse(renderEdgeProxy(topology, firstInstance(topology), productionSettings));
const pathsOfProblems = (change: object) =>
  edgeProxyConfigSchema.safeParse({ ...valid, ...change }).error?.issues.map(({ path }) => path.join('.'));

it('takes what renderEdgeProxy writes', () => {
  expect(edgeProxyConfigSchema.parse(valid)).toEqual(valid);
});

it('lists the own upstream first, then the nearest', () => {
  expect(edgeProxyConfigSchema.parse(valid).upstreams.map(({ region, role }) => [region, role])).toEqual([
    ['us-east-1', 'own'],
    ['eu-west-1', 'fallback'],
    ['ap-southeast-2', 'fallback'],
  ]);
});

it.each([
  ['an address that is a name', { bind: { address: 'localhost', port: 443 } }, 'bind.address'],
  ['a port that is none', { bind: { address: '127.0.0.1', port: 65_536 } }, 'bind.port'],
  ['a relative path', { certificate: 'edge.pem' }, 'certificate'],
  ['no upstream', { upstreams: [] }, 'upstreams'],
  ['an unknown region', { region: 'us-esat-1' }, 'region'],
  ['an unknown key', { retries: 3 }, ''],
])('rejects %s', (_what, change, path) => {
  expect(pathsOfProblems(change)).toEqual([path]);
});

it('says in an error body what its status line says', () => {
  expect(JSON.parse(edgeErrorBody('upstream-timeout'))).toEqual({
    status: edgeErrors['upstream-timeout'].status,
    title: 'Gateway Timeout',
    reason: 'upstream-timeout',
  });
});
