import { startNode } from '@isochrone/engines';
import { LocalError } from './errors.ts';
import { programs } from './programs.ts';

/**
 * Makes the table, the account, its publishing key and the sample tour, where they are not there yet.
 *
 * @throws LocalError LOCAL_SEED_FAILED
 */
export async function seedStore(environment: Readonly<Record<string, string>>): Promise<void> {
  const lines: string[] = [];
  const seed = startNode({
    name: 'seed',
    entry: programs.seed,
    env: environment,
    log: (line) => lines.push(line),
  });
  const { code } = await seed.exited;
  if (code === 0) return;
  throw new LocalError('LOCAL_SEED_FAILED', `the store cannot be filled:\n${lines.join('\n')}`, {
    hint: 'delete the state folder to start afresh',
  });
}
