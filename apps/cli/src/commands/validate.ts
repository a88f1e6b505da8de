import {
  dnsPlan,
  formatProblem,
  parseTopology,
  type Topology,
  type TopologyProblem,
} from '@isochrone/topology';
import { CliError } from '../errors.ts';
import { count, type Outcome, paint } from '../outcome.ts';
import { readTopology, type TopologyFile } from '../topology-file.ts';

/** What one file holds: numbers when it is fine, else problems, or the error that kept it from being read. */
type Verdict =
  | { readonly file: string; readonly ok: true; readonly summary: Summary }
  | { readonly file: string; readonly ok: false; readonly problems: readonly TopologyProblem[] }
  | { readonly file: string; readonly ok: false; readonly error: CliError };

interface Summary {
  readonly regions: number;
  readonly proxies: number;
  readonly hostnames: number;
}

/** Checks every file, whatever the ones before it hold. */
export function validate(files: readonly TopologyFile[]): Outcome {
  const verdicts = files.map(judge);
  return {
    ok: verdicts.every(({ ok }) => ok),
    data: { files: verdicts.map(asData) },
    report: verdicts.map(asText).join('\n'),
    complaint: '',
  };
}

function judge(file: TopologyFile): Verdict {
  try {
    const result = parseTopology(readTopology(file), file.shown);
    return result.ok
      ? { file: file.shown, ok: true, summary: summarize(result.topology) }
      : { file: file.shown, ok: false, problems: result.problems };
  } catch (error) {
    if (error instanceof CliError) return { file: file.shown, ok: false, error };
    throw error;
  }
}

function summarize(topology: Topology): Summary {
  return {
    regions: topology.regions.length,
    proxies: topology.regions.reduce((sum, { proxies }) => sum + proxies.length, 0),
    hostnames: new Set(dnsPlan(topology).records.map(({ name }) => name)).size,
  };
}

function asData(verdict: Verdict): Readonly<Record<string, unknown>> {
  const { file, ok } = verdict;
  if (ok) return { file, ok, ...verdict.summary, problems: [] };
  if ('problems' in verdict) return { file, ok, problems: verdict.problems };
  const { code, message, hint } = verdict.error;
  return { file, ok, problems: [], error: { code, message, hint } };
}

function asText(verdict: Verdict): string {
  if (verdict.ok) {
    const { regions, proxies, hostnames } = verdict.summary;
    const numbers = [
      count(regions, 'region'),
      count(proxies, 'proxy', 'proxies'),
      count(hostnames, 'hostname'),
    ];
    return `${paint('green', 'ok')} ${verdict.file}: ${numbers.join(', ')}`;
  }
  if ('problems' in verdict) return describeProblems(verdict.file, verdict.problems);
  const { code, message, hint } = verdict.error;
  return `${code} ${message}\n  ${hint}`;
}

/** Each problem at its place, and how many there are. */
export function describeProblems(
  file: string,
  problems: readonly TopologyProblem[],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const total = paint('red', `${file}: ${count(problems.length, 'problem')}`, stream);
  return [...problems.map(formatProblem), total].join('\n');
}
