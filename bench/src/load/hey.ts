import type { Endpoint } from '@isochrone/config-gen';
import { PUBLIC_HOST, SCRIPT_PATH } from '../stage/names.ts';
import type { Outcome } from './outcome.ts';
import { type LoadSite, runTool } from './tool.ts';

/** As many requests as the proxy answers, each on a connection of its own after a full handshake. */
export async function hey(site: LoadSite, { address, port }: Endpoint): Promise<Outcome> {
  const output = await runTool(site, 'hey', [
    '-z',
    `${site.seconds}s`,
    '-c',
    '16',
    '-disable-keepalive',
    '-host',
    PUBLIC_HOST,
    `https://${address}:${port}${SCRIPT_PATH}`,
  ]);
  return readHey(output);
}

/** Reads hey's report: counts by status, then errors by their text. */
export function readHey(output: string): Outcome {
  const statuses = [...output.matchAll(/^\s*\[(\d{3})\]\s+(\d+) responses$/gm)].map(
    ([, status, count]) => [Number(status), Number(count)] as const,
  );
  const errors = [...(output.split('Error distribution:')[1] ?? '').matchAll(/^\s*\[(\d+)\]/gm)];
  const good = statuses.find(([status]) => status === 200)?.[1] ?? 0;
  const all = [...statuses.map(([, count]) => count), ...errors.map(([, count]) => Number(count))];
  return {
    good,
    bad: all.reduce((sum, count) => sum + count, 0) - good,
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? 0),
  };
}
