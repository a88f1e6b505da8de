import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitAfter } from '../src/backoff.ts';
import {
  defaultBackoff,
  type RunningProcess,
  type SuperviseOptions,
  startNode,
  supervise,
  type UnexpectedExit,
} from '../src/index.ts';
import { fixture, isGone } from './processes.ts';

const backoff = { firstMs: 20, maxMs: 80, resetAfterMs: 60_000 };
const child = (behaviour: string) => () =>
  startNode({ name: behaviour, entry: fixture('child.mjs'), args: [behaviour], log: () => {} });

/** Supervises for the length of the test, with what happened as data and as events. */
async function watch(start: Parameters<typeof supervise>[0], options: Partial<SuperviseOptions> = {}) {
  const events = new EventEmitter<{ exit: [UnexpectedExit]; start: [RunningProcess] }>();
  const exits: UnexpectedExit[] = [];
  const supervised = await supervise(start, {
    backoff,
    onExit: (exit) => {
      exits.push(exit);
      events.emit('exit', exit);
    },
    onStart: (process) => events.emit('start', process),
    ...options,
  });
  onTestFinished(() => supervised.stop({ graceMs: 0 }));
  return { supervised, events, exits };
}

describe('supervise', () => {
  it('starts a killed process again', async () => {
    const { supervised, events, exits } = await watch(child('idle'));
    const first = supervised.current;
    const started = once(events, 'start');
    first?.signal('SIGKILL');
    const [second] = await started;
    expect(second.pid).not.toBe(first?.pid);
    expect(supervised.current).toBe(second);
    expect(exits).toEqual([{ name: 'idle', code: null, signal: 'SIGKILL', restartInMs: 20 }]);
  });

  it('waits longer after every crash in a row, up to a maximum', async () => {
    const { events, exits } = await watch(child('crash'));
    while (exits.length < 4) await once(events, 'exit');
    expect(exits.slice(0, 4).map(({ restartInMs }) => restartInMs)).toEqual([20, 40, 80, 80]);
    expect(exits[0]).toMatchObject({ name: 'crash', code: 3, signal: null });
  });

  it('forgets former crashes once a process has run long enough', async () => {
    const { events, exits } = await watch(child('crash'), { backoff: { ...backoff, resetAfterMs: 0 } });
    while (exits.length < 3) await once(events, 'exit');
    expect(exits.slice(0, 3).map(({ restartInMs }) => restartInMs)).toEqual([20, 20, 20]);
  });

  it('goes on trying when a process cannot be started again', async () => {
    const outcomes = [child('crash'), () => Promise.reject(new Error('no room')), child('idle')];
    const { supervised, events, exits } = await watch(() => (outcomes.shift() ?? child('idle'))());
    await once(events, 'start');
    expect(supervised.current?.name).toBe('idle');
    expect(exits).toMatchObject([
      { code: 3, restartInMs: 20 },
      { name: 'crash', code: null, signal: null, error: { message: 'no room' }, restartInMs: 40 },
    ]);
  });

  it('rejects when the first start fails', async () => {
    const start = () => Promise.reject(new Error('no haproxy'));
    await expect(supervise(start, { onExit: () => {} })).rejects.toThrow('no haproxy');
  });
});

describe('release', () => {
  it('lets the process be, and does not start it again after its end', async () => {
    const { supervised, exits } = await watch(child('idle'));
    const released = supervised.release();
    const first = supervised.current;
    first?.signal('SIGKILL');
    await released;
    expect(supervised.current).toBeNull();
    expect(exits).toEqual([]);
  });

  it('leaves room for stop()', async () => {
    const { supervised } = await watch(child('idle'));
    const released = supervised.release();
    await supervised.stop();
    await released;
    expect(supervised.current).toBeNull();
  });
});

describe('stop', () => {
  it('ends the process and does not start it again', async () => {
    const { supervised, exits } = await watch(child('idle'));
    const pid = supervised.current?.pid ?? 0;
    await supervised.stop();
    expect(await isGone(pid)).toBe(true);
    expect(supervised.current).toBeNull();
    expect(exits).toEqual([]);
  });

  it('ends the wait after a crash', async () => {
    const slow = { firstMs: 600_000, maxMs: 600_000, resetAfterMs: 600_000 };
    const { supervised, events, exits } = await watch(child('crash'), { backoff: slow });
    if (exits.length === 0) await once(events, 'exit');
    await supervised.stop();
    expect(supervised.current).toBeNull();
  });

  it('ends a process whose start was under way', async () => {
    const launched = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const late: RunningProcess[] = [];
    const starts = [
      child('crash'),
      async () => {
        launched.resolve();
        await released.promise;
        const process = child('idle')();
        late.push(process);
        return process;
      },
    ];
    const { supervised } = await watch(() => (starts.shift() ?? child('idle'))());
    await launched.promise;
    const stopped = supervised.stop();
    released.resolve();
    await stopped;
    expect(await Promise.all(late.map(({ pid }) => isGone(pid)))).toEqual([true]);
  });
});

describe('restart', () => {
  it('stops the process before it starts the next', async () => {
    const { supervised, exits } = await watch(child('polite'));
    const first = supervised.current;
    const second = await supervised.restart();
    expect(await isGone(first?.pid ?? 0)).toBe(true);
    expect(supervised.current).toBe(second);
    expect(exits).toEqual([]);
  });

  it('goes on with the new way of starting', async () => {
    const { supervised, events } = await watch(child('polite'));
    const swapped = await supervised.restart(child('idle'));
    const started = once(events, 'start');
    swapped.signal('SIGKILL');
    const [next] = await started;
    expect(next.name).toBe('idle');
  });

  it('leaves one process when called twice at once', async () => {
    const pids: number[] = [];
    const start = () => {
      const process = child('idle')();
      pids.push(process.pid);
      return process;
    };
    const { supervised } = await watch(start);
    await Promise.all([supervised.restart(), supervised.restart()]);
    const alive = await Promise.all(pids.map(async (pid) => !(await isGone(pid))));
    expect(alive).toEqual([false, false, true]);
  });

  it('rejects when the new start fails, and can be called again', async () => {
    const { supervised } = await watch(child('idle'));
    await expect(supervised.restart(() => Promise.reject(new Error('no haproxy')))).rejects.toThrow(
      'no haproxy',
    );
    expect(supervised.current).toBeNull();
    expect((await supervised.restart(child('idle'))).name).toBe('idle');
  });

  it('rejects after stop', async () => {
    const { supervised } = await watch(child('idle'));
    await supervised.stop();
    await expect(supervised.restart()).rejects.toMatchObject({ code: 'ENGINES_STOPPED' });
  });
});

describe('the default wait', () => {
  it('doubles from 200 ms to 5 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 5000].map((crashes) => waitAfter(crashes, defaultBackoff))).toEqual([
      200, 400, 800, 1600, 3200, 5000, 5000, 5000,
    ]);
  });
});
