import { describe, expect, it } from 'vitest';
import { startNode } from '../src/index.ts';
import { fixture, groupOf, isGone, listen, stopAfterTest, untilGone } from './processes.ts';

const entry = fixture('child.mjs');

describe('startNode', () => {
  it('logs every line of both outputs before it says that the process has ended', async () => {
    const { log, lines } = listen();
    const { exited } = startNode({ name: 'child', entry, args: ['crash'], log });
    expect(await exited).toEqual({ code: 3, signal: null });
    expect(lines).toEqual(expect.arrayContaining(['ready', 'cannot go on']));
  });

  it('runs TypeScript', async () => {
    const { log, lines } = listen();
    await startNode({ name: 'child', entry: fixture('typed.ts'), log }).exited;
    expect(lines).toEqual(['typed']);
  });

  it('passes arguments and environment', async () => {
    const { log, line } = listen();
    startNode({ name: 'child', entry, args: ['show', '--port', '0'], env: { ADDED: 'yes' }, log });
    expect(JSON.parse(await line(/^\{/))).toEqual({ argv: ['--port', '0'], added: 'yes' });
  });

  it('passes options to Node, such as a debugger address', async () => {
    const { log, line } = listen();
    stopAfterTest(
      startNode({ name: 'child', entry, args: ['idle'], execArgv: ['--inspect=127.0.0.1:0'], log }),
    );
    expect(await line(/^Debugger listening/)).toContain('ws://127.0.0.1:');
  });

  it('gives the process a group of its own, so that Ctrl-C does not reach it', async () => {
    const { log, line } = listen();
    const child = stopAfterTest(startNode({ name: 'child', entry, args: ['idle'], log }));
    await line(/^ready/);
    expect(await groupOf(child.pid)).toBe(child.pid);
  });

  it('does not keep a process alive that has nothing left to do', async () => {
    const { log } = listen();
    expect(await startNode({ name: 'child', entry, args: ['done'], log }).exited).toEqual({
      code: 0,
      signal: null,
    });
  });

  it('says that the system would not start a process', () => {
    const start = () =>
      startNode({ name: 'child', entry, args: ['idle', 'x'.repeat(10_000_000)], log: () => {} });
    expect(start).toThrowError(expect.objectContaining({ code: 'ENGINES_START_FAILED' }));
  });
});

describe('stop', () => {
  it('lets a process finish', async () => {
    const { log, line, lines } = listen();
    const child = startNode({ name: 'child', entry, args: ['polite'], log });
    await line(/^ready/);
    await child.stop();
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(lines).toContain('finishing');
  });

  it('kills a process that does not leave in time', async () => {
    const { log, line, lines } = listen();
    const child = startNode({ name: 'child', entry, args: ['stubborn'], log });
    await line(/^ready/);
    await child.stop({ graceMs: 200 });
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(lines).toContain('no');
  });

  it('reaches a process that was frozen', async () => {
    const { log, line } = listen();
    const child = startNode({ name: 'child', entry, args: ['polite'], log });
    await line(/^ready/);
    child.signal('SIGSTOP');
    await child.stop();
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it('returns at once when the process has ended already', async () => {
    const child = startNode({ name: 'child', entry, args: ['done'], log: () => {} });
    await child.exited;
    await child.stop();
    child.signal('SIGKILL');
  });
});

describe('the process group', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('goes when its leader ends by %s', async (signal) => {
    const { log, line } = listen();
    const child = startNode({ name: 'child', entry, args: ['parent'], log });
    const grandchild = Number((await line(/^grandchild/)).split(' ')[1]);
    expect(await isGone(grandchild)).toBe(false);
    child.signal(signal);
    await child.exited;
    await untilGone(grandchild);
  });
});

describe('messages', () => {
  it('travel both ways', async () => {
    const child = stopAfterTest(
      startNode({ name: 'child', entry, args: ['echo'], log: () => {}, ipc: true }),
    );
    const answer = new Promise((resolve) => child.onMessage(resolve));
    child.send({ event: [1, 'two', null] });
    expect(await answer).toEqual({ echoed: { event: [1, 'two', null] } });
  });

  it('cannot be sent to a process that has ended', async () => {
    const child = startNode({ name: 'child', entry, args: ['done'], log: () => {}, ipc: true });
    await child.exited;
    expect(() => child.send('hello')).toThrowError(
      expect.objectContaining({ code: 'ENGINES_CHANNEL_CLOSED' }),
    );
  });
});
