import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LOAD_CORE, onCore } from './cores.ts';
import { SCRIPT_PATH, type Site } from './site.ts';

export interface LoadResult {
  /** Answers with status 200. */
  readonly good: number;
  /** Everything else that became of a request. */
  readonly bad: number;
}

export interface LoadOptions {
  readonly protocol: 'h1' | 'h2';
  readonly connections: number;
  /** Streams of a connection at a time. */
  readonly streams: number;
  readonly seconds: number;
}

const run = promisify(execFile);

/** As many requests as the proxy answers on connections that stay open. */
export async function h2load(
  { host }: Pick<Site, 'host'>,
  port: number,
  { protocol, connections, streams, seconds }: LoadOptions,
): Promise<LoadResult> {
  const [program, ...args] = onCore(LOAD_CORE, [
    'h2load',
    ...(protocol === 'h1' ? ['--h1'] : []),
    ...['--threads', '1', '--clients', String(connections), '--max-concurrent-streams', String(streams)],
    ...['--duration', String(seconds), `--connect-to=127.0.0.1:${port}`],
    `https://${host}${SCRIPT_PATH}`,
  ]);
  const { stdout } = await run(program, args);
  return resultIn(stdout);
}

/** What h2load prints in the end. */
export function resultIn(output: string): LoadResult {
  const numbers = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const good = numbers(/^status codes: (\d+) 2xx/m);
  const done = numbers(/^requests: .* (\d+) done/m);
  const failed = numbers(/ (\d+) failed/m);
  return { good, bad: Math.max(done - good, 0) + failed };
}
