import type { Program } from './program.ts';
import type { Site } from './site.ts';

/** A proxy that stands at the edge and takes part. */
export interface Contender {
  /** As `--only` takes it. */
  readonly name: string;
  /** As tables say it. */
  readonly title: string;
  readonly http2: boolean;
  /** Whether it verifies the upstream's certificate, as it is configured here. */
  readonly verifies: boolean;
  /** Program whose absence leaves it out, and the Debian package that has it. */
  readonly needs?: { readonly program: string; readonly package: string };
  /** Starts it on a port of loopback, with a folder of its own. */
  start(site: Site, port: number, folder: string): Promise<Program>;
}
