import { regionNames } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import { workflowPlaces, workflows } from '../src/index.ts';
import { topologyOf, topologyWith } from './support/topologies.ts';

const source = 'topologies/test.yaml';
const textOf = (name: string, topology = topologyOf('production')): string =>
  workflows(topology, source).find(({ path }) => path.endsWith(`/${name}.yaml`))?.content ?? '';

describe('workflows', () => {
  it('are four, where GitHub looks for them', () => {
    expect(workflows(topologyOf('production'), source).map(({ path }) => path)).toEqual(
      ['ci', 'deploy-edge-proxy', 'deploy-infra', 'deploy-tour-lambda'].map(
        (name) => `${workflowPlaces[0]}/${name}.yaml`,
      ),
    );
  });

  it('begin with the canary, and end with the home', () => {
    const text = textOf('deploy-tour-lambda');
    expect(text).toContain('name: "canary: eu-west-1"');
    expect(text).toContain('name: "rest: ap-southeast-2, us-east-1"\n    needs: canary');
  });

  it('have one wave where there is one region', () => {
    const text = textOf('deploy-tour-lambda', topologyOf('one-region'));
    expect(text).toContain('name: "canary: us-east-1"');
    expect(text).not.toContain('rest:');
  });

  it('name every region once, however many there are', () => {
    const text = textOf('deploy-infra', topologyWith(regionNames));
    const named = [...text.matchAll(/name: "(?:canary|rest): (.*)"/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    expect(named.toSorted()).toEqual([...regionNames].toSorted());
  });

  it('take a wave of functions back when the doctor finds errors, and nothing else', () => {
    expect(textOf('deploy-tour-lambda')).toContain('run: ./isochrone rollback --wave canary --topology');
    expect(textOf('deploy-edge-proxy')).not.toContain('rollback');
  });

  it('ask for credentials by OpenID Connect, and hold no secret', () => {
    for (const { content } of workflows(topologyOf('production'), source))
      expect(content).not.toContain('secrets.');
    expect(textOf('deploy-infra')).toContain('id-token: write');
    expect(textOf('ci')).not.toContain('id-token');
  });
});
