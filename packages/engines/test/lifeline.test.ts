import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  fixture,
  haproxyConfig,
  isGone,
  listen,
  untilGone,
  untilServing,
  untilStopped,
} from './processes.ts';

/** Starts a supervisor process with one child, and that one's child where it has one. */
async function supervisorOf(
  ...args: readonly string[]
): Promise<{ supervisor: ChildProcess; child: number; grandchild: number }> {
  const supervisor = spawn(process.execPath, [fixture('supervisor.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    supervisor.kill('SIGKILL');
  });
  const { log, line } = listen();
  createInterface({ input: supervisor.stdout }).on('line', log);
  const [, child, grandchild] = (await line(/^pids /)).split(' ').map(Number);
  return { supervisor, child: child ?? 0, grandchild: grandchild ?? 0 };
}

async function kill(supervisor: ChildProcess): Promise<void> {
  const exited = once(supervisor, 'exit');
  supervisor.kill('SIGKILL');
  await exited;
}

describe('a supervisor killed with SIGKILL', () => {
  it.each(['idle', 'stubborn', 'busy', 'echo'])('leaves no Node process behind: %s', async (behaviour) => {
    const { supervisor, child } = await supervisorOf(behaviour);
    expect(await isGone(child)).toBe(false);
    await kill(supervisor);
    await untilGone(child);
  });

  it('leaves nothing behind of a child that ends before its lifeline has noticed', async () => {
    const { supervisor, child, grandchild } = await supervisorOf('orphan');
    await kill(supervisor);
    await untilGone(child);
    await untilGone(grandchild);
  });

  it('leaves no frozen Node process behind', async () => {
    const { supervisor, child } = await supervisorOf('parent', 'frozen');
    await untilStopped(child);
    await kill(supervisor);
    await untilGone(child);
  });

  it('leaves no frozen haproxy behind', async () => {
    const { file } = await haproxyConfig();
    const { supervisor, child } = await supervisorOf('haproxy', file, 'frozen');
    await untilStopped(child);
    await kill(supervisor);
    await untilGone(child);
  });

  it('leaves no haproxy behind', async () => {
    const { file, socket } = await haproxyConfig();
    const { supervisor, child } = await supervisorOf('haproxy', file);
    await untilServing(socket);
    await kill(supervisor);
    await untilGone(child);
  });
});
