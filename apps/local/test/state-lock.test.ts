import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimState } from '../src/state-lock.ts';

async function stateFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-state-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('claimState', () => {
  it('keeps a second world out until the first one lets go', async () => {
    const directory = await stateFolder();
    const release = claimState(directory);
    expect(() => claimState(directory)).toThrow(`process ${process.pid} already runs a world`);
    release();
    claimState(directory)();
  });

  it.each(['', '0', 'no number', '999999999'])('takes over a claim that says %j', async (claim) => {
    const directory = await stateFolder();
    await writeFile(join(directory, 'supervisor.pid'), claim);
    claimState(directory)();
  });
});
