import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import { freePort } from './free-port.ts';
import type { Subject } from './scenarios.ts';
import type { Site } from './site.ts';
import { visit } from './visit.ts';

const PATIENCE_MS = 20_000;
let started = 0;

export interface Running extends Subject {
  stop(): Promise<void>;
}

/** Starts a contender, and waits for its first good answer. */
export async function startContender(contender: Contender, site: Site): Promise<Running> {
  started += 1;
  const folder = join(site.folder, `${contender.name}-${started}`);
  await mkdir(folder);
  const port = await freePort();
  const program = await contender.start(site, port, folder);
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isGood(site, port))) {
    if (program.ended() || performance.now() > deadline) {
      await program.stop();
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
      throw new Error(`${contender.name} does not answer: ${log.trim().split('\n').slice(-3).join(' / ')}`);
    }
    await sleep(50);
  }
  return { site, port, pid: program.pid, stop: program.stop };
}

const isGood = async (site: Site, port: number): Promise<boolean> => {
  try {
    return (await visit(site, port)).status === 200;
  } catch {
    return false;
  }
};
