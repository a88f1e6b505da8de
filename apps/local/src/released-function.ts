import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeployedFunction, deployFunction, type Runnable } from '@isochrone/lambda-service';
import { type LambdaFunction, type LambdaFunctionOptions, lambdaFunction } from './lambda-function.ts';

const PATIENCE_MS = 2_000;

export interface ReleasedFunctionOptions extends LambdaFunctionOptions {
  /** Folder for the code of versions that are released. */
  readonly released: string;
  /** Seconds. */
  readonly timeout: number;
}

/** A function with Lambda's versions and aliases: version 1 is what is built, all others were released since. */
export interface ReleasedFunction {
  readonly deployed: DeployedFunction;
  /** Starts version 1 without waiting for an invocation. */
  warm(): Promise<void>;
  /** Takes version 1 from disk anew, and gives up what was released: a build comes after it. */
  reload(): Promise<void>;
}

export function releasedFunction(options: ReleasedFunctionOptions): ReleasedFunction {
  const built = lambdaFunction(options);
  const deployed = deployFunction({
    first: built,
    run: (version, files) =>
      onDemand({ ...options, bundle: written(join(options.released, version), files) }),
    timeout: options.timeout,
  });
  return {
    deployed,
    warm: built.warm,
    reload: async () => {
      await deployed.reset();
      await built.reload();
    },
  };
}

/** An archive without the file fails when it is invoked, as on Lambda. */
function written(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  const bundle = join(folder, 'index.mjs');
  // Numbers begin anew in every world.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const code = files['index.mjs'];
  if (code !== undefined) writeFileSync(bundle, code);
  return bundle;
}

/**
 * Starts at an invocation, and where its process has ended at the next one, as Lambda does: a supervisor would start
 * a version that cannot run over and over.
 */
function onDemand(options: LambdaFunctionOptions): Runnable {
  let running: LambdaFunction | undefined;
  const pending = new Set<Promise<unknown>>();
  const start = (): LambdaFunction => {
    const started = lambdaFunction({
      ...options,
      onExit: () => {
        if (running === started) running = undefined;
        void started.stop();
      },
    });
    return started;
  };
  return {
    invoke: async (event) => {
      running ??= start();
      const invocation = running.invoke(event);
      pending.add(invocation);
      try {
        return await invocation;
      } finally {
        pending.delete(invocation);
      }
    },
    stop: async () => {
      // Whoever was answered by it when the alias moved on is answered still, unless that takes for ever.
      await Promise.race([Promise.allSettled(pending), sleep(PATIENCE_MS, undefined, { ref: false })]);
      await running?.stop();
    },
  };
}
