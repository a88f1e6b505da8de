import { count, paint } from '../outcome.ts';
import type { DrillResult } from './result.ts';

/** One drill for people to read. */
export function drillReport(result: DrillResult): string {
  const { scenario, title, ok, problems, requests, failures, detectedAfter, lastFailureAfter } = result;
  const failed = Object.values(failures).reduce((sum, number) => sum + number, 0);
  const kinds = Object.entries(failures).map(([kind, number]) => `${number} ${kind}`);
  const lines = [
    `${count(requests, 'request')}, ${failed === 0 ? 'none failed' : `${failed} failed (${kinds.join(', ')})`}, slowest ${result.slowestMs} ms`,
    ...(detectedAfter === null ? [] : [`noticed by health checks after ${detectedAfter.toFixed(1)} s`]),
    ...(lastFailureAfter === null
      ? []
      : [`last request that failed began ${lastFailureAfter.toFixed(1)} s after the failure`]),
    `answered in  before: ${places(result.before)}; during: ${places(result.during)}; after: ${places(result.after)}`,
    `home again   ${result.home} of ${result.visitors} visitors${result.keptElsewhere > 0 ? `; ${result.keptElsewhere} keep a connection to elsewhere` : ''}`,
    ...problems.slice(0, 5).map((problem) => paint('red', problem)),
    ...(problems.length > 5 ? [paint('red', `and ${problems.length - 5} more`)] : []),
  ];
  const mark = ok ? paint('green', 'ok') : paint('red', 'FAILED');
  return [`${mark}  ${scenario}: ${title}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Largest first. */
function places(counts: Readonly<Record<string, number>>): string {
  const all = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const shares = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([place, number]) => `${place} ${Math.round((100 * number) / all)} %`);
  return shares.length === 0 ? 'nowhere' : shares.join(', ');
}
