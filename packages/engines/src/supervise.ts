import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, defaultBackoff, waitAfter } from './backoff.ts';
import { EnginesError } from './errors.ts';
import { oneAtATime } from './in-turn.ts';
import type { ProcessExit, RunningProcess } from './running-process.ts';

type Start<P extends RunningProcess> = () => Promise<P> | P;
type StopOptions = Parameters<RunningProcess['stop']>[0];

/** An end that nobody asked for. `error` says why when the process could not even be started again. */
export interface UnexpectedExit extends ProcessExit {
  readonly name: string;
  readonly restartInMs: number;
  readonly error?: unknown;
}

/** A process that is started again whenever it ends by itself. */
export interface Supervised<P extends RunningProcess = RunningProcess> {
  /** The running process; null between a crash and the next start, and after stop(). */
  readonly current: P | null;
  /** Ends the restarts and the process; resolves when it is gone. */
  stop(options?: StopOptions): Promise<void>;
  /** Ends the restarts and leaves the process alone; resolves when that has ended, by itself or through stop(). */
  release(): Promise<void>;
  /**
   * Stops the process and starts it again, from now on with `start` when given. Rejects, and leaves nothing running,
   * when that start fails; another restart() may follow.
   *
   * @throws EnginesError ENGINES_STOPPED: stop() or release() was called.
   */
  restart(start?: Start<P>): Promise<P>;
}

export interface SuperviseOptions<P extends RunningProcess = RunningProcess> {
  /** Told of every end that nobody asked for, before the wait that follows it. */
  readonly onExit: (exit: UnexpectedExit) => void;
  /** Told of every process that was started, the first one included. */
  readonly onStart?: (process: P) => void;
  readonly backoff?: Backoff;
}

/**
 * Starts a process and keeps it running: an end that nobody asked for, whatever its exit code, is followed by another
 * start after 200 ms, doubling up to 5 s, afresh after 10 s of running. Rejects when the first start fails.
 */
export async function supervise<P extends RunningProcess>(
  start: Start<P>,
  options: SuperviseOptions<P>,
): Promise<Supervised<P>> {
  let launch = start;
  let run: Run<P> | null = await begin(launch, options);
  let stopped = false;
  // One change at a time, in the order of the calls.
  const inTurn = oneAtATime();
  const end = async (stopOptions: StopOptions) => {
    const ending = run;
    run = null;
    await ending?.end(stopOptions);
  };

  return {
    get current() {
      return run?.current() ?? null;
    },
    stop(stopOptions) {
      stopped = true;
      return inTurn(() => end(stopOptions));
    },
    async release() {
      stopped = true;
      // Not in turn with the others: stop() must not wait for an end that may never come.
      await inTurn(async () => {});
      await run?.release();
    },
    restart(newStart) {
      return inTurn(async () => {
        if (stopped) throw alreadyStopped();
        launch = newStart ?? launch;
        await end(undefined);
        run = await begin(launch, options);
        return run.first;
      });
    },
  };
}

/** One process and its successors, until end(). */
interface Run<P extends RunningProcess> {
  readonly first: P;
  current(): P | null;
  end(options: StopOptions): Promise<void>;
  /** Restarts no more; resolves when the last process has ended. */
  release(): Promise<void>;
}

async function begin<P extends RunningProcess>(
  launch: Start<P>,
  options: SuperviseOptions<P>,
): Promise<Run<P>> {
  const ended = new AbortController();
  const first = await launch();
  let current: P | null = first;
  const finished = keep();
  return {
    first,
    current: () => current,
    async end(stopOptions) {
      ended.abort();
      await current?.stop(stopOptions);
      await finished;
    },
    async release() {
      ended.abort();
      await finished;
    },
  };

  async function keep(): Promise<void> {
    const backoff = options.backoff ?? defaultBackoff;
    let crashes = 0;
    while (current !== null) {
      options.onStart?.(current);
      const startedAt = performance.now();
      const { name, exited } = current;
      let exit: ProcessExit & { readonly error?: unknown } = await exited;
      current = null;
      if (performance.now() - startedAt >= backoff.resetAfterMs) crashes = 0;
      while (current === null && !ended.signal.aborted) {
        crashes += 1;
        const restartInMs = waitAfter(crashes, backoff);
        options.onExit({ name, ...exit, restartInMs });
        await sleep(restartInMs, undefined, { signal: ended.signal }).catch(() => {});
        if (ended.signal.aborted) return;
        try {
          current = await launch();
        } catch (error) {
          exit = { code: null, signal: null, error };
        }
      }
      if (ended.signal.aborted) {
        await current?.stop();
        return;
      }
    }
  }
}

const alreadyStopped = () =>
  new EnginesError('ENGINES_STOPPED', 'cannot restart a process whose supervision has been stopped', {
    hint: 'supervise it anew',
  });
