import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
} from '@aws-sdk/client-ec2';
import { instanceName } from '@isochrone/config-gen';
import { openDevCa } from '@isochrone/dev-ca';
import { type NameServer, startNameServer } from '@isochrone/proxy-conformance';
import { type ProxyInstance, requireTopology, type Topology, wildcardHostname } from '@isochrone/topology';
import { z } from 'zod';
import { type Checks, expectEqual } from './checks.ts';
import { clientsOf } from './clients.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Output, run } from './processes.ts';
import type { Python } from './python.ts';

export interface RollsBench {
  readonly python: Python;
  readonly checks: Checks;
  /** For everything that is written. */
  readonly folder: string;
}

const WRITTEN = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  home: 'us-east-1',
  // As short a drain as there can be: a roll waits for it.
  dns: { ttl: 1 },
  healthCheck: { interval: 10, failureThreshold: 1 },
  edge: { drain: 11 },
  regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': { proxies: 2 } },
};

/** The canary first. */
const ORDER = [
  'proxy1-eu-west-1-fast',
  'proxy2-eu-west-1-fast',
  'proxy1-us-east-1-fast',
  'proxy2-us-east-1-fast',
];

/** Where everybody asks a proxy; most machines keep it for those who administer them. */
const HTTPS_PORT = 443;

/**
 * Rolls machines as an engineer does, by the command, against moto's Auto Scaling. Every proxy's name leads to one
 * server of ours, which answers for whoever is well: there are no machines behind moto's.
 */
export async function checkRolls({ python, checks, folder }: RollsBench): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'topology.yaml');
  writeFileSync(file, JSON.stringify(WRITTEN));
  const topology = requireTopology(JSON.stringify(WRITTEN), file);
  const proxies = await startProxies(topology, join(folder, 'ca'));
  if (proxies === undefined) {
    await checks.limit('this machine: port 443 on loopback, where a roll asks proxies', () =>
      Promise.reject(new Error('it may not be listened on')),
    );
    return;
  }
  const emulator = await startEmulator('moto', python, folder);
  try {
    await createGroups(topology, emulator);
    const machines = () => machinesOf(topology, emulator);
    const roll = (...args: readonly string[]): Promise<Output> =>
      run(
        join(import.meta.dirname, '../../../isochrone'),
        [
          ...['roll', '--topology', file, '--json', '--resolver', `127.0.0.1:${proxies.names.endpoint.port}`],
          ...['--ca', proxies.caFile, ...args],
        ],
        { env: { ...process.env, AWS_ENDPOINT_URL: emulator.endpoint, ...CREDENTIALS } },
      );

    await checks.check('roll: replaces the machines of the canary one by one, and no other', async () => {
      const before = await machines();
      const { status, stdout, stderr } = await roll('--wave', 'canary');
      if (status !== 0) throw new Error(stderr);
      const after = await machines();
      expectEqual(changed(before, after), ORDER.slice(0, 2), 'machines that were replaced');
      expectEqual(
        outcomes(stdout),
        ORDER.slice(0, 2).map((name) => `${name} replaced`),
        'outcomes',
      );
      expectEqual(
        turns(stderr),
        ORDER.slice(0, 2).flatMap((name) => [`${name} draining`, `${name} replaced`]),
        'order',
      );
    });
    await checks.check(
      'roll: stops at a proxy that does not come back, and leaves the others alone',
      async () => {
        const before = await machines();
        proxies.ill.add('proxy1-us-east-1-fast.example.com');
        const { status, stdout } = await roll('--wave', 'rest', '--patience', '0');
        expectEqual([status, stdout.includes('CLI_ROLL_STOPPED')], [1, true], 'exit code');
        expectEqual(
          changed(before, await machines()),
          ['proxy1-us-east-1-fast'],
          'machines that were replaced',
        );
      },
    );
    await checks.check('roll: goes on from there', async () => {
      const before = await machines();
      proxies.ill.clear();
      const { status, stderr } = await roll('--wave', 'rest');
      if (status !== 0) throw new Error(stderr);
      expectEqual(changed(before, await machines()), ORDER.slice(2), 'machines that were replaced');
    });
    await checks.limit('moto: which launch template a machine was started with', async () => {
      const { stdout } = await roll();
      expectEqual(
        outcomes(stdout),
        ORDER.map((name) => `${name} current`),
        'outcomes',
      );
    });
  } finally {
    await emulator.close();
    proxies.close();
  }
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'none' };

interface Proxies {
  readonly names: NameServer;
  readonly caFile: string;
  /** Hostnames whose `/healthz` answers 503. */
  readonly ill: Set<string>;
  close(): void;
}

async function startProxies(topology: Topology, folder: string): Promise<Proxies | undefined> {
  const ca = await openDevCa(folder, { permittedDomains: null });
  const { file } = await ca.issue('wildcard', [wildcardHostname(topology)]);
  const pem = readFileSync(file);
  const ill = new Set<string>();
  const server = createServer({ cert: pem, key: pem }, (request, response) => {
    response.writeHead(ill.has(request.headers.host ?? '') ? 503 : 200).end('{}');
  });
  if (!(await listens(server))) return undefined;
  const hostnames = instances(topology).map(({ hostname }) => [hostname, ['127.0.0.1']] as const);
  const names = await startNameServer(Object.fromEntries(hostnames));
  return {
    names,
    caFile: ca.caFile,
    ill,
    close: () => {
      names.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listens(server: Server): Promise<boolean> {
  server.listen(HTTPS_PORT, '127.0.0.1');
  return once(server, 'listening').then(
    () => true,
    () => false,
  );
}

const instances = ({ regions }: Topology): readonly ProxyInstance[] =>
  regions.flatMap(({ proxies }) => proxies);

/** A group of one for each proxy, as the stacks make it, that has another launch template than its machine. */
async function createGroups(topology: Topology, emulator: Emulator): Promise<void> {
  for (const instance of instances(topology)) {
    const { autoScaling, ec2 } = clientsOf(emulator, instance.region);
    const name = instanceName(instance);
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({}));
    const LaunchTemplateData = { ImageId: Images[0]?.ImageId ?? '', InstanceType: 't4g.small' } as const;
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData }));
    const AutoScalingGroupName = name;
    await autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        MinSize: 1,
        MaxSize: 1,
        AvailabilityZones: [`${instance.region}a`],
        LaunchTemplate: { LaunchTemplateName: name, Version: '1' },
      }),
    );
    await ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: name, LaunchTemplateData }));
    await autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: name, Version: '2' },
      }),
    );
  }
}

/** The id of each proxy's machine. */
async function machinesOf(topology: Topology, emulator: Emulator): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const instance of instances(topology)) {
    const name = instanceName(instance);
    const { AutoScalingGroups: [group] = [] } = await clientsOf(emulator, instance.region).autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    const ids = group?.Instances?.map(({ InstanceId = '' }) => InstanceId) ?? [];
    expectEqual(ids.length, 1, `machines of ${name}`);
    found.set(name, ids[0] ?? '');
  }
  return found;
}

const changed = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] => ORDER.filter((name) => before.get(name) !== after.get(name));

const rolledSchema = z.object({
  instances: z.array(z.object({ instance: z.string(), outcome: z.string() })),
});

const outcomes = (stdout: string): readonly string[] =>
  rolledSchema.parse(JSON.parse(stdout)).instances.map(({ instance, outcome }) => `${instance} ${outcome}`);

/** What the command said of its way: `proxy1-eu-west-1-fast: draining i-1` and `…: replaced`. */
const turns = (stderr: string): readonly string[] =>
  [...stderr.matchAll(/^(\S+): (draining|replaced)/gm)].map(([, name, what]) => `${name} ${what}`);
