import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { requireTopology, tableName } from '@isochrone/topology';
import { z } from 'zod';
import { CliError } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import { localWorld } from '../publishing/local-world.ts';
import { readTopology, type TopologyFile, workspaceRoot } from '../topology-file.ts';

export interface AccountOptions {
  readonly account: string;
  /** The region whose table it is written to; the topology's home without it. */
  readonly home?: string;
  /** The table in AWS, with the credentials of the environment, instead of the local world's. */
  readonly aws: boolean;
  /** In AWS; the one that the stacks make without it. */
  readonly table?: string;
  readonly control: string;
  readonly topology: TopologyFile;
}

const madeSchema = z.object({ account: z.string(), home: z.string(), key: z.string() });

const suspendedSchema = z.object({
  account: z.string(),
  home: z.string(),
  suspended: z.boolean(),
  environments: z.array(z.string()),
});

/** Makes an account and its first key, which may do everything, and is shown once. */
export async function createAccount(options: AccountOptions): Promise<Outcome> {
  const made = madeSchema.parse(await onTable('create-account', options));
  return {
    ok: true,
    data: made,
    report: `made ${made.account}, at home in ${made.home}\nkey  ${made.key}\n  It may do everything, and is not shown again.`,
    complaint: '',
  };
}

export interface SuspensionOptions extends AccountOptions {
  readonly suspended: boolean;
  readonly note?: string;
}

/** Makes every script of an account do nothing, or what it did before. */
export async function suspendAccount(options: SuspensionOptions): Promise<Outcome> {
  const { account, suspended, environments } = suspendedSchema.parse(
    await onTable('suspend-account', options, {
      SUSPENDED: options.suspended ? 'yes' : 'no',
      NOTE: options.note ?? '',
    }),
  );
  const scripts = environments.map((name) =>
    name === 'production' ? `/${account}.js` : `/${account}/${name}.js`,
  );
  return {
    ok: true,
    data: { account, suspended, environments },
    report: `${suspended ? 'suspended' : 'resumed'} ${account}: ${scripts.join(', ')}\n  other regions follow within about a second`,
    complaint: '',
  };
}

/** Runs a program of the functions' own, which alone know the table, and answers what it says. */
async function onTable(
  program: 'create-account' | 'suspend-account',
  options: AccountOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const environment = options.aws ? inAws(options) : await inLocalWorld(options);
  const child = spawn(process.execPath, [join(workspaceRoot, `apps/tour-lambda/src/${program}.ts`)], {
    env: { ...process.env, ...environment, ...variables, ACCOUNT: options.account },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode === 0) return JSON.parse(output);
  // What it logs on its way stands before what it ends with.
  const lines = complaint.trim().split('\n');
  const last = Math.max(
    0,
    lines.findLastIndex((line) => line.startsWith('TOUR_LAMBDA_')),
  );
  const [message = '', hint = ''] = lines.slice(last);
  throw new CliError('CLI_ACCOUNT_FAILED', message, { hint: hint.trim() || 'run it again' });
}

function inAws({ home, table, topology }: AccountOptions): Record<string, string> {
  const parsed = requireTopology(readTopology(topology), topology.shown);
  return {
    AWS_REGION: home ?? parsed.home,
    HOME_REGION: parsed.home,
    REGIONS: parsed.regions.map(({ name }) => name).join(','),
    TABLE_NAME: table ?? tableName(parsed),
  };
}

async function inLocalWorld({ home, control }: AccountOptions): Promise<Record<string, string>> {
  const { table } = await localWorld(control);
  const region = home ?? table.home;
  const endpoint = table.endpoints[region];
  if (endpoint === undefined) {
    throw new CliError('CLI_USAGE', `the local world has no region ${JSON.stringify(region)}`, {
      hint: `one of ${Object.keys(table.endpoints).join(', ')}`,
    });
  }
  return {
    AWS_REGION: region,
    HOME_REGION: table.home,
    REGIONS: Object.keys(table.endpoints).join(','),
    TABLE_NAME: table.name,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: '',
  };
}
