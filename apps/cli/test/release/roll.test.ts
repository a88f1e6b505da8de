import { once } from 'node:events';
import { createServer } from 'node:http';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { requireTopology } from '@isochrone/topology';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RollOptions, type RollParts, roll } from '../../src/release/roll.ts';

const topology = requireTopology(
  'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: { proxies: 2 }\n',
  'test.yaml',
);
const instances = topology.regions.flatMap(({ proxies }) => proxies);

interface Machine {
  readonly id: string;
  readonly template: string;
  state: 'InService' | 'Terminating:Wait' | 'Pending';
}

/** Auto Scaling's own interface (the AWS Query protocol) for groups of one, which heal a step for each look at them. */
async function startGroups(latest: string, running: string) {
  const groups = new Map<string, Machine[]>(
    instances.map(({ number, hostname }) => [
      hostname.split('.')[0] ?? '',
      [{ id: `i-${number}`, template: running, state: 'InService' }],
    ]),
  );
  const terminated: string[] = [];
  let count = instances.length;
  const describeGroup = (name: string): string => {
    const machines = groups.get(name);
    if (machines === undefined) return '';
    const members = machines.map(
      ({ id, template, state }) =>
        `<member><InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState><LaunchTemplate><Version>${template}</Version></LaunchTemplate></member>`,
    );
    heal(machines);
    return `<member><AutoScalingGroupName>${name}</AutoScalingGroupName><LaunchTemplate><Version>${latest}</Version></LaunchTemplate><Instances>${members.join('')}</Instances></member>`;
  };
  const heal = (machines: Machine[]): void => {
    const [first, second] = machines;
    if (first?.state === 'Terminating:Wait') {
      machines.splice(0, 1);
      count += 1;
      machines.push({ id: `i-${count}`, template: latest, state: 'Pending' });
    } else if (first?.state === 'Pending' && second === undefined) first.state = 'InService';
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const input = new URLSearchParams(body);
      const action = input.get('Action') ?? '';
      let result = '';
      if (action === 'DescribeAutoScalingGroups') {
        result = `<AutoScalingGroups>${describeGroup(input.get('AutoScalingGroupNames.member.1') ?? '')}</AutoScalingGroups>`;
      } else {
        const id = input.get('InstanceId') ?? '';
        terminated.push(id);
        for (const machines of groups.values()) {
          for (const machine of machines) if (machine.id === id) machine.state = 'Terminating:Wait';
        }
      }
      response.setHeader('content-type', 'text/xml');
      response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new AutoScalingClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
  return { client, terminated };
}

const options: RollOptions = { force: false, dryRun: false, patience: 600 };

async function parts(latest: string, running: string, answers: RollParts['answers'] = async () => true) {
  const { client, terminated } = await startGroups(latest, running);
  const lines: string[] = [];
  const made: RollParts = {
    instances,
    groupsOf: () => client,
    answers,
    sleep: async () => {},
    say: (line) => lines.push(line),
  };
  return { made, terminated, lines };
}

describe('roll', () => {
  it('replaces one machine after the other, each when the one before answers', async () => {
    const asked: string[] = [];
    const { made, terminated, lines } = await parts('2', '1', async (hostname) => {
      asked.push(`${hostname.split('.')[0]} with ${terminated.length} gone`);
      return true;
    });
    expect((await roll(made, options)).map(({ outcome }) => outcome)).toEqual(['replaced', 'replaced']);
    expect(terminated).toEqual(['i-1', 'i-2']);
    expect(asked).toEqual(['proxy1-us-east-1-fast with 1 gone', 'proxy2-us-east-1-fast with 2 gone']);
    expect(lines[0]).toBe('proxy1-us-east-1-fast: draining i-1');
  });

  it('leaves alone what is current, unless it is forced', async () => {
    const { made, terminated } = await parts('2', '2');
    expect((await roll(made, options)).map(({ outcome }) => outcome)).toEqual(['current', 'current']);
    expect(terminated).toEqual([]);
    await roll(made, { ...options, force: true });
    expect(terminated).toEqual(['i-1', 'i-2']);
  });

  it('stops at the first that does not answer, and leaves the others alone', async () => {
    const { made, terminated } = await parts('2', '1', async () => false);
    await expect(roll(made, options)).rejects.toMatchObject({ code: 'CLI_ROLL_STOPPED' });
    expect(terminated).toEqual(['i-1']);
  });

  it('only says what it would do, when asked to', async () => {
    const { made, terminated } = await parts('2', '1');
    expect((await roll(made, { ...options, dryRun: true })).map(({ outcome }) => outcome)).toEqual([
      'would-replace',
      'would-replace',
    ]);
    expect(terminated).toEqual([]);
  });
});
