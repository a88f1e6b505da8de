import { setTimeout as sleep } from 'node:timers/promises';
import { pemFile } from '../../src/world/certificates.ts';
import { childrenOf, farEndsOf } from '../world/processes.ts';
import type { World } from '../world/world.ts';
import { connectionName, type LedgerEntry } from './ledger.ts';
import type { Random } from './random.ts';

/** What was done to the proxy. */
export interface Done {
  reloads: number;
  certificates: number;
  workerKills: number;
}

const PAUSE: readonly [least: number, most: number] = [8_000, 20_000];

/** Reloads the proxy, replaces its certificate and kills its workers, in turn by chance, until `signal`. */
export async function keepDisturbing(
  world: World,
  random: Random,
  ledger: LedgerEntry[],
  done: Done,
  signal: AbortSignal,
): Promise<void> {
  const [edge] = world.edges;
  const { wildcard, successor } = world.certificates;
  const reload = async (): Promise<void> => {
    await edge.rewrite();
    await edge.process.reload();
    done.reloads += 1;
  };
  const replace = async (): Promise<void> => {
    done.certificates += 1;
    await edge.replaceCertificate(pemFile(done.certificates % 2 === 1 ? successor : wildcard));
    await reload();
  };
  const kill = async (): Promise<void> => {
    await (world.engine === 'haproxy' ? killAndStartAgain(world, ledger) : killWorker(world, random, ledger));
    done.workerKills += 1;
  };
  while (!signal.aborted) {
    await sleep(random.between(...PAUSE), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await random.pick([reload, reload, replace, kill])();
  }
}

async function killWorker({ edges: [edge] }: World, random: Random, ledger: LedgerEntry[]): Promise<void> {
  const [first, ...others] = childrenOf(edge.process.pid);
  if (first === undefined) return;
  const victim = random.pick([first, ...others]);
  // Held still first: it must not accept anybody between the look at its connections and its end.
  process.kill(victim, 'SIGSTOP');
  const from = performance.now();
  const connections = new Set(farEndsOf(victim).map(connectionName));
  process.kill(victim, 'SIGKILL');
  ledger.push({ kind: 'worker killed', target: edge.label, from, to: from, connections });
}

/** haproxy's master leaves with its only worker: what systemd does then is done here. */
async function killAndStartAgain({ edges: [edge] }: World, ledger: LedgerEntry[]): Promise<void> {
  const [worker] = childrenOf(edge.process.pid);
  if (worker === undefined) return;
  const entry: LedgerEntry = {
    kind: 'proxy started again',
    target: edge.label,
    from: performance.now(),
    to: null,
  };
  ledger.push(entry);
  process.kill(worker, 'SIGKILL');
  await edge.process.exited;
  await edge.startAgain();
  entry.to = performance.now();
}
