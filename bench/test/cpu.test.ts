import { describe, expect, it } from 'vitest';
import { cpuMsOf, ticksOf } from '../src/stage/cpu.ts';

describe('the CPU of a process', () => {
  it('is its own and that of its ended children, whatever its name', () => {
    const stat = '4711 (a) name (x) S 1 4711 4711 0 -1 4194560 100 0 0 0 11 22 3 4 20 0 1 0 5000';
    expect(ticksOf(stat)).toBe(40);
  });

  it('is nothing where the process has ended', () => {
    expect(ticksOf('')).toBe(0);
  });

  it('grows with work', async () => {
    const before = await cpuMsOf(process.pid);
    const { user, system } = process.cpuUsage();
    // Bounded by the work itself: 50 ms of this process's own CPU.
    for (let used = 0; used < 50_000; ) {
      const now = process.cpuUsage();
      used = now.user + now.system - user - system;
    }
    expect(await cpuMsOf(process.pid)).toBeGreaterThan(before);
  });
});
