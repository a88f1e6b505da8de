import { setTimeout as sleep } from 'node:timers/promises';
import { openFiles, processTree, residentBytes } from '../world/processes.ts';

/** What a proxy holds at one moment, all its processes together where nothing else is said. */
export interface Resources {
  readonly processes: number;
  /** Resident bytes of its largest process. */
  readonly largestBytes: number;
  readonly files: number;
  readonly sockets: number;
}

export function resourcesOf(pid: number): Resources {
  const processes = processTree(pid);
  const files = processes.flatMap(openFiles);
  return {
    processes: processes.length,
    largestBytes: Math.max(...processes.map(residentBytes)),
    files: files.length,
    sockets: files.filter((file) => file.startsWith('socket:')).length,
  };
}

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
