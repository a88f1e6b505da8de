import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { instanceName } from '@isochrone/config-gen';
import type { ProxyInstance } from '@isochrone/topology';
import { CliError } from '../errors.ts';

export interface Rolled {
  readonly instance: string;
  /** `current`: its machine has the group's newest launch template already. */
  readonly outcome: 'replaced' | 'current' | 'would-replace';
}

export interface RollParts {
  /** In order; one after the other. */
  readonly instances: readonly ProxyInstance[];
  readonly groupsOf: (region: ProxyInstance['region']) => AutoScalingClient;
  /** Whether `/healthz` of an instance answers 200. */
  readonly answers: (hostname: string) => Promise<boolean>;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly say: (line: string) => void;
}

export interface RollOptions {
  /** Also what is current. */
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Seconds until a replacement is given up: the drain, and the installation of a machine. */
  readonly patience: number;
}

const POLL_SECONDS = 5;

/**
 * Replaces the machines of edge proxies one by one. Letting go of a machine makes its group's lifecycle hook drain it
 * (`/healthz` turns to 503, it serves on for `edge.drain`); the group then starts another, which takes the Elastic IP
 * over when it answers. The next one follows only when this one answers under its name, so that a region loses one
 * proxy at a time, and a bad configuration costs one machine.
 *
 * @throws CliError CLI_NOT_DEPLOYED, CLI_ROLL_STOPPED
 */
export async function roll(parts: RollParts, options: RollOptions): Promise<readonly Rolled[]> {
  const rolled: Rolled[] = [];
  for (const instance of parts.instances) rolled.push(await replace(parts, options, instance));
  return rolled;
}

async function replace(parts: RollParts, options: RollOptions, instance: ProxyInstance): Promise<Rolled> {
  const { groupsOf, say } = parts;
  const name = instanceName(instance);
  const client = groupsOf(instance.region);
  const group = await groupOf(client, instance);
  const old = group.Instances?.find(({ LifecycleState }) => LifecycleState === 'InService');
  const wanted = group.LaunchTemplate?.Version;
  if (!options.force && old !== undefined && old.LaunchTemplate?.Version === wanted) {
    say(`${name}: current`);
    return { instance: name, outcome: 'current' };
  }
  if (options.dryRun) {
    say(`${name}: would replace ${old?.InstanceId ?? 'nothing'}`);
    return { instance: name, outcome: 'would-replace' };
  }
  // A roll that was interrupted finds the group on its way: nothing in service, and nothing to let go of.
  if (old?.InstanceId !== undefined) {
    say(`${name}: draining ${old.InstanceId}`);
    await client.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: old.InstanceId,
        ShouldDecrementDesiredCapacity: false,
      }),
    );
  }
  await until(parts, options, name, 'a new machine is in service', async () => {
    const { Instances = [] } = await groupOf(client, instance);
    return Instances.some(
      ({ InstanceId, LifecycleState }) => LifecycleState === 'InService' && InstanceId !== old?.InstanceId,
    );
  });
  await until(parts, options, name, '/healthz answers', () => parts.answers(instance.hostname));
  say(`${name}: replaced`);
  return { instance: name, outcome: 'replaced' };
}

async function groupOf(client: AutoScalingClient, instance: ProxyInstance): Promise<AutoScalingGroup> {
  const name = instanceName(instance);
  const { AutoScalingGroups: [group] = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (group !== undefined) return group;
  throw new CliError('CLI_NOT_DEPLOYED', `${instance.region} has no auto-scaling group ${name}`, {
    hint: `deploy the stack Edge-${instance.region} first`,
  });
}

async function until(
  { sleep, say }: RollParts,
  { patience }: RollOptions,
  name: string,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  for (let waited = 0; !(await holds()); waited += POLL_SECONDS) {
    if (waited >= patience) {
      throw new CliError(
        'CLI_ROLL_STOPPED',
        `${name}: gave up after ${patience} s of waiting until ${what}`,
        {
          hint: 'the other proxies were not touched; look at the machine, and roll again: what is current is left alone',
        },
      );
    }
    if (waited === 0) say(`${name}: waiting until ${what}`);
    await sleep(POLL_SECONDS);
  }
}
