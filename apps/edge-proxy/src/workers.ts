import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { Logger } from 'pino';
import { STOP_SECONDS } from './edge.ts';
import { EdgeProxyError } from './errors.ts';
import type { Materials } from './materials.ts';
import { type FromWorker, isFromWorker, type ToWorker } from './messages.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { Serving } from './serving.ts';

/** Milliseconds until a worker that ended is replaced: the first time, doubled with each failure, and at the most. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** A worker that served for so long did not fail because of how it was started. */
const SETTLED_MS = 10_000;

/** So many starts in a row that came to nothing, while no other worker serves: there is nothing left to try. */
const MOST_STARTS = 5;

/** A worker that does not answer in this time is busy with something that it should not be. */
const ANSWER_MS = 5_000;

/** Milliseconds more than a worker's own bound, after which it is killed. */
const KILL_MS = 2_000;

/**
 * What keeps a worker's memory small: by default V8 lets 48 MB of young garbage gather and the old generation grow to
 * several times what lives in it (19 MB), and glibc keeps freed buffers in an arena for each thread. Measured after a
 * minute of the soak's mix, of a worker's own: 69 MB, and 103 MB without the bounds on the old generation.
 */
const HEAP = ['--max-semi-space-size=4', '--initial-old-space-size=24', '--heap-growing-percent=50'];
const ARENAS = '1';

export interface WorkersOptions {
  readonly config: EdgeProxyConfig;
  readonly materials: Materials;
  readonly count: number;
  /** The script that a worker runs; it calls `runWorker`. */
  readonly exec: string;
  readonly logLevel: string;
  readonly log: Logger;
  /** A worker ended unasked. */
  readonly onEnded: () => void;
  /** No worker can be kept running. */
  readonly onLost: (error: EdgeProxyError) => void;
}

/** The place of one worker; when it ends, another takes it. */
interface Slot {
  readonly number: number;
  worker: Worker | undefined;
  ready: boolean;
  /** Starts in a row that came to nothing. */
  failures: number;
}

/**
 * Serves by several processes that share one listening socket. (With Node's default, where the primary process accepts
 * and hands over, each new connection costs a third more CPU.)
 * @throws EdgeProxyError EDGE_PROXY_LISTEN_FAILED, EDGE_PROXY_WORKERS_LOST
 */
export async function serveByWorkers(options: WorkersOptions): Promise<Serving> {
  const { count, exec, log, logLevel } = options;
  let { config, materials } = options;
  const ticketKeys = randomBytes(48).toString('base64');
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec, args: [], execArgv: [...process.execArgv, ...HEAP] });
  const slots = Array.from(
    { length: count },
    (_, index): Slot => ({ number: index + 1, worker: undefined, ready: false, failures: 0 }),
  );
  const asked = new Map<number, (message: FromWorker) => void>();
  const started = Promise.withResolvers<{ address: AddressInfo; plainAddress: AddressInfo | null }>();
  let draining = false;
  let stopping = false;
  let serving = false;
  let lastId = 0;

  const send = (worker: Worker | undefined, message: ToWorker): void => {
    if (worker?.isConnected()) worker.send(message);
  };
  const live = (): Worker[] => slots.flatMap(({ worker }) => (worker === undefined ? [] : [worker]));

  /** Asks every worker, and waits for those that serve; a worker that ends meanwhile has nothing to say. */
  async function askAll(message: (id: number) => ToWorker): Promise<FromWorker[]> {
    const answers = live().map(
      (worker) =>
        new Promise<FromWorker | undefined>((resolve) => {
          lastId += 1;
          const id = lastId;
          const finish = (answer?: FromWorker): void => {
            asked.delete(id);
            clearTimeout(timer);
            worker.off('exit', gone);
            resolve(answer);
          };
          const gone = (): void => finish();
          const timer = setTimeout(finish, ANSWER_MS);
          worker.once('exit', gone);
          asked.set(id, finish);
          send(worker, message(id));
        }),
    );
    return (await Promise.all(answers)).filter((answer) => answer !== undefined);
  }

  function launch(slot: Slot): void {
    const bornAt = performance.now();
    const worker = cluster.fork({ MALLOC_ARENA_MAX: ARENAS });
    slot.worker = worker;
    worker.on('error', () => {});
    worker.on('message', (message: unknown) => {
      if (isFromWorker(message)) hear(slot, worker, message);
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      slot.worker = undefined;
      slot.ready = false;
      if (stopping) return;
      const { pid } = worker.process;
      log.error({ worker: slot.number, pid, code, signal }, 'worker ended');
      options.onEnded();
      slot.failures = performance.now() - bornAt > SETTLED_MS ? 1 : slot.failures + 1;
      if (slots.every(({ ready, failures }) => !ready && failures >= MOST_STARTS)) return lose();
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (slot.failures - 1), LONGEST_PAUSE_MS);
      setTimeout(() => stopping || launch(slot), pause);
    });
    send(worker, { type: 'start', config, materials, workers: count, ticketKeys, logLevel });
    if (draining) send(worker, { type: 'drain' });
  }

  function hear(slot: Slot, worker: Worker, message: FromWorker): void {
    switch (message.type) {
      case 'listening':
        slot.ready = true;
        log.info({ worker: slot.number, pid: worker.process.pid }, 'worker serves');
        if (slots.every(({ ready }) => ready)) started.resolve(message);
        return;
      case 'failed':
        if (serving) log.error({ worker: slot.number, problem: message }, 'worker cannot serve');
        else fail(new EdgeProxyError(message.code, message.message, message.hint));
        return;
      case 'rates':
        for (const other of live())
          if (other !== worker) send(other, { type: 'rates', rates: message.rates });
        return;
      default:
        asked.get(message.id)?.(message);
    }
  }

  function lose(): void {
    fail(
      new EdgeProxyError(
        'EDGE_PROXY_WORKERS_LOST',
        `no worker stays alive: ${MOST_STARTS} starts of each of ${count} came to nothing`,
        'see standard error for what ended them; run with "workers": 1 to have it all in one process',
      ),
    );
  }

  function fail(error: EdgeProxyError): void {
    stopping = true;
    for (const worker of live()) worker.process.kill('SIGKILL');
    if (serving) options.onLost(error);
    else started.reject(error);
  }

  for (const slot of slots) launch(slot);
  const { address, plainAddress } = await started.promise;
  serving = true;

  return {
    address,
    plainAddress,
    workers: () =>
      slots.flatMap(({ ready, worker }) => (ready && worker?.process.pid ? [worker.process.pid] : [])),
    reload: async (next, files) => {
      config = next;
      materials = files;
      await askAll((id) => ({ type: 'reload', id, config, materials }));
    },
    metrics: async () => {
      const answers = await askAll((id) => ({ type: 'metrics', id }));
      return answers.flatMap((answer): WorkerMetrics[] =>
        answer.type === 'metrics' ? [answer.metrics] : [],
      );
    },
    drain: () => {
      draining = true;
      for (const worker of live()) send(worker, { type: 'drain' });
    },
    close: async () => {
      stopping = true;
      const workers = live();
      const exits = workers.map((worker) => once(worker, 'exit'));
      for (const worker of workers) send(worker, { type: 'stop' });
      const late = setTimeout(
        () => {
          for (const worker of live()) worker.process.kill('SIGKILL');
        },
        STOP_SECONDS * 1_000 + KILL_MS,
      );
      await Promise.all(exits);
      clearTimeout(late);
    },
  };
}
