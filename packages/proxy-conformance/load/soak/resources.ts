import { setTimeout as sleep } from 'node:timers/promises';
import { type Memory, memoryOf, openFiles, processTree } from '../world/processes.ts';

/** What a proxy holds at one moment, all its processes together where nothing else is said. */
export interface Resources {
  readonly processes: number;
  /** The most that any process of it has. */
  readonly largest: Memory;
  readonly files: number;
  readonly sockets: number;
}

export function resourcesOf(pid: number): Resources {
  const processes = processTree(pid);
  const files = processes.flatMap(openFiles);
  return {
    processes: processes.length,
    largest: processes.map(memoryOf).reduce(larger),
    files: files.length,
    sockets: files.filter((file) => file.startsWith('socket:')).length,
  };
}

/** Of each the larger one. */
export const larger = (a: Memory, b: Memory): Memory => ({
  resident: Math.max(a.resident, b.resident),
  own: Math.max(a.own, b.own),
});

const STILL_MS = 1_000;
const PATIENCE_MS = 20_000;

/** Waits until nothing is opened or closed any more, once visitors have gone. */
export async function resourcesAtRest(pid: number): Promise<Resources> {
  const end = performance.now() + PATIENCE_MS;
  for (let before = resourcesOf(pid); ; ) {
    await sleep(STILL_MS);
    const now = resourcesOf(pid);
    if ((now.files === before.files && now.processes === before.processes) || performance.now() > end)
      return now;
    before = now;
  }
}
