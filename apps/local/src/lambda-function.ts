import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  type MessagingProcess,
  type Supervised,
  startNode,
  supervise,
  type UnexpectedExit,
} from '@isochrone/engines';
import type { Invoke } from './gateway.ts';

export interface LambdaFunctionOptions {
  readonly name: string;
  /** The built file that exports `handler`. */
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  readonly log: (line: string) => void;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/** A function in a process of its own, started at the first invocation and again after a crash. */
export interface LambdaFunction {
  readonly name: string;
  readonly invoke: Invoke;
  /** Starts without waiting for an invocation. */
  warm(): Promise<void>;
  /** Lets running invocations end, then takes the bundle from disk anew. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = fileURLToPath(new URL('./function-host.ts', import.meta.url));

interface Environment {
  readonly process: MessagingProcess;
  readonly ready: Promise<void>;
  /** Invocations by id. */
  readonly pending: Map<string, PromiseWithResolvers<unknown>>;
}

export function lambdaFunction(options: LambdaFunctionOptions): LambdaFunction {
  const { name } = options;
  let environment: Environment | undefined;
  let supervised: Promise<Supervised> | undefined;

  // Invocations that arrive during a reload wait here for the new bundle.
  let gate: Promise<unknown> = Promise.resolve();
  const swap = async (current: Supervised): Promise<void> => {
    await Promise.allSettled([...(environment?.pending.values() ?? [])].map(({ promise }) => promise));
    await current.restart();
  };
  const start = (): MessagingProcess => {
    const started = startEnvironment(options);
    environment = started;
    return started.process;
  };
  const running = (): Promise<Supervised> => {
    supervised ??= supervise(start, { onExit: options.onExit });
    return supervised;
  };

  return {
    name,
    warm: async () => {
      await running();
      await environment?.ready;
    },
    invoke: async (event) => {
      await gate;
      await running();
      const current = environment;
      if (!current) throw new Error(`${name} is not running`);
      await current.ready;
      return invokeIn(current, event);
    },
    reload: async () => {
      if (supervised === undefined) return;
      const swapped = swap(await supervised);
      gate = swapped.catch(() => {});
      await swapped;
    },
    stop: async () => {
      await (await supervised)?.stop();
    },
  };
}

function startEnvironment({ name, bundle, env, execArgv = [], log }: LambdaFunctionOptions): Environment {
  const process = startNode({ name, entry: HOST, args: [bundle], env, execArgv, log, ipc: true });
  const pending: Environment['pending'] = new Map();
  const ready = Promise.withResolvers<void>();
  process.onMessage((message) => {
    if (typeof message !== 'object' || message === null) return;
    if ('ready' in message) return ready.resolve();
    if (!('id' in message)) return;
    const invocation = pending.get(String(message.id));
    pending.delete(String(message.id));
    if ('result' in message) invocation?.resolve(message.result);
    else invocation?.reject(new Error(`${name} threw`));
  });
  void process.exited.then(() => {
    ready.reject(new Error(`${name} ended before it was ready`));
    for (const { reject } of pending.values()) reject(new Error(`${name} ended during an invocation`));
  });
  // Whoever waits for it hears of the end; without anybody waiting it is no news.
  ready.promise.catch(() => {});
  return { process, ready: ready.promise, pending };
}

function invokeIn({ process, pending }: Environment, event: Parameters<Invoke>[0]): Promise<unknown> {
  const id = randomUUID();
  const invocation = Promise.withResolvers<unknown>();
  pending.set(id, invocation);
  // The copy has no undefined values, exactly as an event that went over the wire.
  process.send({ id, event: JSON.parse(JSON.stringify(event)) });
  return invocation.promise;
}
