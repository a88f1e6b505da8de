import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { releasedFunction } from '../src/released-function.ts';

/** Answers with a word; to `slow` after 300 ms, to `crash` by ending its process. */
const saying = (word: string): string => `
export const handler = async (event) => {
  if (event === 'crash') process.exit(7);
  if (event === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
  return '${word}';
};`;

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-released-'));
  const bundle = join(folder, 'index.mjs');
  await writeFile(bundle, saying('built'));
  const exits: string[] = [];
  const { deployed, reload } = releasedFunction({
    name: 'delivery-us-east-1',
    bundle,
    released: join(folder, 'released'),
    timeout: 5,
    env: {},
    log: () => {},
    onExit: ({ name }) => exits.push(name),
  });
  onTestFinished(async () => {
    await deployed.stop();
    await rm(folder, { recursive: true });
  });
  const release = (source: string): string => {
    deployed.upload(zipSync({ 'index.mjs': Buffer.from(source) }));
    const { version } = deployed.publish(undefined);
    deployed.point('live', { version, description: '', revision: undefined });
    return version;
  };
  return { deployed, reload, release, exits, rebuild: (source: string) => writeFile(bundle, source) };
}

describe('a released function', () => {
  it('is what was built, until something is released', async () => {
    const { deployed, release } = await start();
    expect(await deployed.invoke('live', 'event')).toBe('built');
    release(saying('released'));
    expect(await deployed.invoke('live', 'event')).toBe('released');
    expect(await deployed.invoke('staging', 'event')).toBe('built');
  });

  it('is what was built again after the next build', async () => {
    const { deployed, release, reload, rebuild } = await start();
    release(saying('released'));
    await rebuild(saying('built again'));
    await reload();
    expect(await deployed.invoke('live', 'event')).toBe('built again');
  });

  it('answers whom it was answering when a build comes', async () => {
    const { deployed, release, reload } = await start();
    release(saying('released'));
    await deployed.invoke('live', 'event');
    const slow = deployed.invoke('live', 'slow');
    await reload();
    expect(await slow).toBe('released');
  });

  it('fails with a version that cannot be loaded, each time it is asked, and is not started meanwhile', async () => {
    const { deployed, release, exits } = await start();
    const version = release('throw new Error("bad");');
    for (const qualifier of ['live', version])
      await expect(deployed.invoke(qualifier, 'event')).rejects.toThrow('ended before it was ready');
    expect(await deployed.invoke('1', 'event')).toBe('built');
    expect(exits).toEqual([]);
  });

  it('serves from another process after a crash', async () => {
    const { deployed, release } = await start();
    release(saying('released'));
    await expect(deployed.invoke('live', 'crash')).rejects.toThrow('ended during an invocation');
    expect(await deployed.invoke('live', 'event')).toBe('released');
  });

  it('fails where the archive has no function in it', async () => {
    const { deployed } = await start();
    deployed.upload(zipSync({ 'other.mjs': Buffer.from('') }));
    const { version } = deployed.publish(undefined);
    await expect(deployed.invoke(version, 'event')).rejects.toThrow('ended before it was ready');
  });
});
