import type { Endpoint } from '@isochrone/config-gen';
import { PUBLIC_HOST, SCRIPT_PATH } from '../stage/names.ts';
import type { Outcome } from './outcome.ts';
import { type LoadSite, runTool } from './tool.ts';

export interface H2loadOptions {
  readonly protocol: 'http/1.1' | 'h2';
  readonly connections: number;
  /** Concurrent requests on each connection. */
  readonly streams: number;
}

/** As many requests as the proxy answers, over connections that stay open. */
export async function h2load(
  site: LoadSite,
  { address, port }: Endpoint,
  { protocol, connections, streams }: H2loadOptions,
): Promise<Outcome> {
  return readH2load(
    await runTool(site, 'h2load', [
      ...(protocol === 'h2' ? [] : ['--h1']),
      `--clients=${connections}`,
      `--max-concurrent-streams=${streams}`,
      `--duration=${site.seconds}`,
      `--connect-to=${address}:${port}`,
      `https://${PUBLIC_HOST}:${port}${SCRIPT_PATH}`,
    ]),
  );
}

/** Reads h2load's summary; what was under way when its time ended counts as neither. */
export function readH2load(output: string): Outcome {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const good = number(/(\d+) 2xx/);
  const others = number(/(\d+) 3xx/) + number(/(\d+) 4xx/) + number(/(\d+) 5xx/);
  return {
    good,
    bad: others + number(/(\d+) errored/) + number(/(\d+) timeout/),
    perSecond: number(/, ([\d.]+) req\/s/),
  };
}
