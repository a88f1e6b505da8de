import type { RunningProcess } from './running-process.ts';

export interface DrainOptions {
  /**
   * How long haproxy goes on serving before it leaves; absent: until stop() is called. The edge proxy takes the time
   * from its own configuration (`drain`).
   */
  readonly leaveAfterMs?: number;
}

/** A proxy, whichever engine serves it. */
export interface RunningEngine extends RunningProcess {
  /**
   * Makes `/healthz` answer 503 while everything else is still served, so that health checks send visitors elsewhere
   * before the proxy goes. Resolves when the proxy has been told.
   *
   * @throws EnginesError ENGINES_ADMIN_UNREACHABLE
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Takes the configuration file, and every file that it names, anew, without losing a request: what is under way is
   * finished as it began. Resolves when the new configuration serves. One that the engine refuses changes nothing.
   *
   * @throws EnginesError ENGINES_RELOAD_REFUSED with the engine's own words; ENGINES_RELOAD_FAILED,
   *   ENGINES_ADMIN_UNREACHABLE, ENGINES_HAPROXY_MISSING
   */
  reload(): Promise<void>;
}
