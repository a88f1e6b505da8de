import type { Serializable } from 'node:child_process';

/** How a process ended: by its own exit code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started process and everything that it started itself. */
export interface RunningProcess {
  readonly name: string;
  /** The process's own; of an engine that starts itself again, what it is now. */
  readonly pid: number;
  /** Resolves, never rejects, once the process is gone and its output has been logged. */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal to `pid`; does nothing once the process has ended. */
  signal(signal: NodeJS.Signals): void;
  /**
   * Holds the process still, as a machine that hangs does: its sockets stay open and nobody answers. It dies with its
   * parent all the same.
   *
   * @throws EnginesError ENGINES_START_FAILED
   */
  freeze(): Promise<void>;
  /** Lets a frozen process go on. */
  thaw(): void;
  /**
   * Asks the process to finish its work and leave, and kills it with all its children after `graceMs` (default 5000).
   * Resolves when it is gone.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** A Node process with a message channel to it. */
export interface MessagingProcess extends RunningProcess {
  /** @throws EnginesError ENGINES_CHANNEL_CLOSED: the process has ended or closed the channel. */
  send(message: Serializable): void;
  /** Calls `listener` with every message; returns what ends that. What arrives is for the caller to check. */
  onMessage(listener: (message: unknown) => void): () => void;
}
