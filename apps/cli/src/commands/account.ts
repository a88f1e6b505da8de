import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { requireTopology } from '@isochrone/topology';
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
  readonly table: string;
  readonly control: string;
  readonly topology: TopologyFile;
}

const madeSchema = z.object({ account: z.string(), home: z.string(), key: z.string() });

/** Makes an account and its first key, which may do everything, and is shown once. */
export async function createAccount(options: AccountOptions): Promise<Outcome> {
  const environment = options.aws ? inAws(options) : await inLocalWorld(options);
  const program = join(workspaceRoot, 'apps/tour-lambda/src/create-account.ts');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment, ACCOUNT: options.account },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode !== 0) {
    const [message = '', hint = ''] = complaint.trim().split('\n');
    throw new CliError('CLI_ACCOUNT_NOT_MADE', message, { hint: hint.trim() || 'nothing was changed' });
  }
  const made = madeSchema.parse(JSON.parse(output));
  return {
    ok: true,
    data: made,
    report: `made ${made.account}, at home in ${made.home}\nkey  ${made.key}\n  It may do everything, and is not shown again.`,
    complaint: '',
  };
}

function inAws({ home, table, topology }: AccountOptions): Record<string, string> {
  const region = home ?? requireTopology(readTopology(topology), topology.shown).home;
  return { AWS_REGION: region, TABLE_NAME: table };
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
    TABLE_NAME: table.name,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: '',
  };
}
