declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The part of dynalite's options that the tests use; it ships no types. */
  interface DynaliteOptions {
    /** Milliseconds that a new table takes to become active. */
    readonly createTableMs?: number;
  }

  export default function dynalite(options?: DynaliteOptions): Server;
}
