import { describe, expect, it } from 'vitest';
import { startNode } from '../src/index.ts';
import {
  childrenOf,
  fixture,
  isGone,
  listen,
  stopAfterTest,
  until,
  untilGone,
  untilRunning,
  untilStopped,
} from './processes.ts';

async function parent() {
  const { log, line } = listen();
  const child = stopAfterTest(
    startNode({ name: 'child', entry: fixture('child.mjs'), args: ['parent'], log }),
  );
  const grandchild = Number((await line(/^grandchild /)).split(' ')[1]);
  return { child, grandchild };
}

describe('a frozen process', () => {
  it('stands still with all its children, and goes on when it is let', async () => {
    const { child, grandchild } = await parent();
    await child.freeze();
    await child.freeze();
    await Promise.all([child.pid, grandchild].map(untilStopped));
    child.thaw();
    child.thaw();
    await Promise.all([child.pid, grandchild].map(untilRunning));
  });

  it('can be stopped', async () => {
    const { child, grandchild } = await parent();
    await child.freeze();
    await child.stop();
    await Promise.all([child.pid, grandchild].map(untilGone));
  });

  it('leaves nobody behind who watches over it', async () => {
    const before = await childrenOf(process.pid);
    const { child } = await parent();
    await child.freeze();
    child.thaw();
    await child.freeze();
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    const after = async () => (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
    await until('the watchers are gone', async () =>
      (await Promise.all((await after()).map(isGone))).every(Boolean),
    );
    expect(await isGone(child.pid)).toBe(true);
  });
});
