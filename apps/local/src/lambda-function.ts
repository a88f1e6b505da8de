import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type MessagingProcess,
  type Supervised,
  startNode,
  supervise,
  type UnexpectedExit,
} from '@isochrone/engines';

export interface LambdaFunctionOptions {
  readonly name: string;
  /** The built file that exports `handler`. */
  readonly bundle: string;
  /** Added to this process's own environment; `undefined` takes a variable away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv?: readonly string[];
  readonly log: (line: string) => void;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/**
 * A function in a process of its own, started at the first invocation and again after a crash. Invocations that a
 * crash interrupts fail; those that come later wait for the next process.
 */
export interface LambdaFunction {
  readonly name: string;
  invoke(event: unknown): Promise<unknown>;
  /** Starts without waiting for an invocation; rejects when the bundle cannot be loaded. */
  warm(): Promise<void>;
  /** Takes the bundle from disk anew; running invocations get a moment to end, later ones wait for the new bundle. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Lambda's word for a process that has loaded the function. */
interface Environment {
  readonly process: MessagingProcess;
  /** Invocations by id. */
  readonly pending: Map<string, PromiseWithResolvers<unknown>>;
}

const HOST = fileURLToPath(new URL('./function-host.ts', import.meta.url));
const RELOAD_PATIENCE_MS = 2_000;

export function lambdaFunction(options: LambdaFunctionOptions): LambdaFunction {
  const { name } = options;
  let environment = awaited();
  let supervised: Promise<Supervised> | undefined;
  let reloaded: Promise<unknown> = Promise.resolve();

  const start = (): MessagingProcess => {
    const { process, ready, ended } = startEnvironment(options);
    const slot = environment;
    ready.then(slot.resolve, slot.reject);
    void ended.then(() => {
      if (environment === slot) environment = awaited();
    });
    return process;
  };
  const running = (): Promise<Supervised> => {
    supervised ??= supervise(start, { onExit: options.onExit });
    return supervised;
  };
  const swap = async (current: Supervised): Promise<void> => {
    const idle = environment.promise.then(({ pending }) =>
      Promise.allSettled([...pending.values()].map(({ promise }) => promise)),
    );
    // A hung invocation, or a bundle that does not load, must not keep its successor away.
    await Promise.race([idle.catch(() => {}), sleep(RELOAD_PATIENCE_MS, undefined, { ref: false })]);
    await current.restart();
  };

  return {
    name,
    warm: async () => {
      await running();
      await environment.promise;
    },
    invoke: async (event) => {
      await reloaded;
      await running();
      return invokeIn(await environment.promise, event);
    },
    reload: async () => {
      if (supervised === undefined) return;
      const swapped = supervised.then(swap);
      reloaded = swapped.catch(() => {});
      await swapped;
    },
    stop: async () => {
      await (await supervised)?.stop();
    },
  };
}

function awaited(): PromiseWithResolvers<Environment> {
  const slot = Promise.withResolvers<Environment>();
  // Whoever waits for it hears of a failure; without anybody waiting it is no news.
  slot.promise.catch(() => {});
  return slot;
}

function startEnvironment({ name, bundle, env, execArgv = [], log }: LambdaFunctionOptions): {
  readonly process: MessagingProcess;
  readonly ready: Promise<Environment>;
  readonly ended: Promise<unknown>;
} {
  const process = startNode({ name, entry: HOST, args: [bundle], env, execArgv, log, ipc: true });
  const pending: Environment['pending'] = new Map();
  const ready = Promise.withResolvers<Environment>();
  process.onMessage((message) => {
    if (typeof message !== 'object' || message === null) return;
    if ('ready' in message) return ready.resolve({ process, pending });
    if (!('id' in message)) return;
    const invocation = pending.get(String(message.id));
    pending.delete(String(message.id));
    if ('result' in message) invocation?.resolve(message.result);
    else invocation?.reject(new Error(`${name} threw`));
  });
  const ended = process.exited.then(() => {
    ready.reject(new Error(`${name} ended before it was ready`));
    for (const { reject } of pending.values()) reject(new Error(`${name} ended during an invocation`));
  });
  return { process, ready: ready.promise, ended };
}

function invokeIn({ process, pending }: Environment, event: unknown): Promise<unknown> {
  const id = randomUUID();
  // The copy has no undefined values, exactly as an event that went over the wire.
  process.send({ id, event: JSON.parse(JSON.stringify(event)) });
  const invocation = Promise.withResolvers<unknown>();
  pending.set(id, invocation);
  return invocation.promise;
}
