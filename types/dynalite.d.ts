/** The part of dynalite's interface that is used here; it ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Folder of the database; in memory where absent. */
    readonly path?: string;
    /** Milliseconds that a new table takes to become active. */
    readonly createTableMs?: number;
  }

  export default function dynalite(options?: DynaliteOptions): Server;
}
