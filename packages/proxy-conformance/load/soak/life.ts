import { setTimeout as sleep } from 'node:timers/promises';
import { pemFile } from '../../src/world/certificates.ts';
import { killWorker, servingWorkers } from '../world/edge.ts';
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
    if (await killOne(world, random, ledger)) done.workerKills += 1;
  };
  while (!signal.aborted) {
    await sleep(random.between(...PAUSE), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await random.pick([reload, reload, replace, kill])();
  }
}

async function killOne({ edges: [edge] }: World, random: Random, ledger: LedgerEntry[]): Promise<boolean> {
  const [first, ...others] = await servingWorkers(edge);
  if (first === undefined) return false;
  const from = performance.now();
  const victim = random.pick([first, ...others]);
  const connections = new Set(killWorker(edge, victim).map(connectionName));
  ledger.push({ kind: 'worker killed', target: edge.label, from, to: performance.now(), connections });
  while ((await servingWorkers(edge)).every((worker) => worker === victim)) await sleep(20);
  return true;
}
