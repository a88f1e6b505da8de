import { readFileSync } from 'node:fs';
import { processTree } from '@isochrone/proxy-conformance';

/** Ticks in a second of proc(5): USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process and its descendants have used, those included that have ended and were waited for. */
export async function cpuSeconds(pid: number): Promise<number> {
  const tree = await processTree(pid);
  return tree.reduce((total, each) => total + ticksOf(each), 0) / TICKS_PER_SECOND;
}

/** utime, stime, cutime and cstime; the name before them may hold anything, blanks and brackets included. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
}

function ticksOf(pid: number): number {
  try {
    return ticksIn(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return 0;
  }
}
