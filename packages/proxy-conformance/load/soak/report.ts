import { megabytes, type SoakResult } from './run.ts';

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${number} ${name}`)
    .join(', ') || 'none';

/** One soak, as people read it; Markdown. */
export function soakReport(result: SoakResult): string {
  const { atRest, latencies, done } = result;
  const rows: readonly (readonly [string, string])[] = [
    ['result', result.ok ? 'as promised' : `**not as promised**: ${result.problems.join('; ')}`],
    ['ran for', `${result.minutes} minutes, seed ${result.seed}`],
    [
      'requests',
      `${result.requests}, of which ${result.left} were left by their visitors and ${result.retried} moved to another region`,
    ],
    ['faults of APIs, and of workers', list(result.faults)],
    [
      'life of the proxy',
      `${done.reloads} reloads, ${done.certificates} of them with another certificate; ${done.workerKills} workers killed`,
    ],
    ['failures that a fault explains', list(result.explained)],
    ['failures that none explains', list(result.unexplained)],
    [
      'latency of whole, unhurried requests',
      `p50 ${latencies.p50} ms, p99 ${latencies.p99} ms, slowest ${latencies.slowest} ms`,
    ],
    [
      'largest process, ever',
      `${megabytes(result.largest.own)} MB of its own, ${megabytes(result.largest.resident)} MB with what of files is mapped`,
    ],
    ['the same, each minute at rest', `${atRest.map(({ largest }) => megabytes(largest.own)).join(', ')} MB`],
    ['sockets, each minute at rest', atRest.map(({ sockets }) => sockets).join(', ')],
    ['open files, each minute at rest', atRest.map(({ files }) => files).join(', ')],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}
