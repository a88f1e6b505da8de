import { readFileSync } from 'node:fs';
import { processTree } from '@isochrone/proxy-conformance';

/** What the kernel counts CPU time in, on every architecture of Linux that Node runs on: 100 a second. */
const TICKS_PER_SECOND = 100;

/** Milliseconds of CPU that a process, its descendants, and those of them that have ended used until now: proc(5). */
export async function cpuMsOf(pid: number): Promise<number> {
  const ticks = (await processTree(pid)).map((each) => ticksOf(statOf(each)));
  return (ticks.reduce((sum, each) => sum + each, 0) * 1_000) / TICKS_PER_SECOND;
}

/** Nothing of a process that has ended meanwhile; its parent counts it. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}

/** utime, stime, cutime and cstime. They come after the name, which may contain anything, also parentheses. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + (Number(field) || 0), 0);
}
