import { statSync } from 'node:fs';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { Logger } from 'pino';
import { readConfig } from './config.ts';
import { errorCode } from './errors.ts';
import type { Materials } from './materials.ts';

/** How often the files are looked at. A rename over a file, a link that leads elsewhere: only asking again finds all. */
const WATCH_MS = 2_000;

/** Bound, or counted out, when the proxy starts. */
const FIXED = ['bind', 'plainBind', 'adminBind', 'workers'] as const;

export interface ReloadOptions {
  readonly file: string;
  readonly config: EdgeProxyConfig;
  readonly log: Logger;
  readonly apply: (config: EdgeProxyConfig, materials: Materials) => Promise<void>;
  readonly onResult: (result: 'reloaded' | 'refused') => void;
}

export interface Reloading {
  /** What is in force. */
  readonly config: EdgeProxyConfig;
  /** Milliseconds since 1970. */
  readonly loadedAt: number;
  /** Reads everything anew; after another reload, if one is under way. */
  reload(): Promise<void>;
  stop(): void;
}

/** Reloads the configuration when asked, and when it, or a file that it names, has changed. */
export function followConfig({ file, config, log, apply, onResult }: ReloadOptions): Reloading {
  let current = config;
  let loadedAt = Date.now();
  let queue = Promise.resolve();
  let stopped = false;
  /** As the files were when they were read last; and as they were when last looked at. */
  let read = stateOf(file, current);
  let seen = read;

  async function reload(): Promise<void> {
    if (stopped) return;
    read = stateOf(file, current);
    const result = readConfig(file);
    if (!result.ok) {
      const problems = result.problems.map(({ code, message, hint }) => ({ code, message, hint }));
      log.error({ problems }, 'reload refused');
      return onResult('refused');
    }
    const { config: next, materials } = result;
    const settings = FIXED.filter((key) => JSON.stringify(next[key]) !== JSON.stringify(current[key]));
    const kept = Object.fromEntries(FIXED.map((key) => [key, current[key]]));
    current = { ...next, ...kept };
    // The new configuration may name other files.
    read = stateOf(file, current);
    await apply(current, materials);
    loadedAt = Date.now();
    if (settings.length > 0) log.warn({ settings }, 'these settings change with the next start');
    log.warn({ upstreams: current.upstreams.map(({ region }) => region) }, 'reloaded');
    onResult('reloaded');
  }

  function enqueue(): Promise<void> {
    queue = queue.then(reload);
    return queue;
  }

  const timer = setInterval(() => {
    const state = stateOf(file, current);
    // A file that is still being written is read once it stays as it is.
    if (state !== read && state === seen) void enqueue();
    seen = state;
  }, WATCH_MS);
  timer.unref();

  return {
    get config() {
      return current;
    },
    get loadedAt() {
      return loadedAt;
    },
    reload: enqueue,
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** Changes whenever one of the files does. */
function stateOf(file: string, { certificate, originCa }: EdgeProxyConfig): string {
  return [file, certificate, originCa]
    .map((path) => {
      try {
        const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
        return `${dev}:${ino}:${size}:${mtimeNs}`;
      } catch (error) {
        return errorCode(error);
      }
    })
    .join();
}
