import { parseTopology } from '@isochrone/topology';
import { type DeploymentOptions, liveDeployment, localDeployment } from '../doctor/deployment.ts';
import { examine } from '../doctor/examine.ts';
import { judgeNames } from '../doctor/judge-names.ts';
import { judgeQuotas, unread } from '../doctor/judge-quotas.ts';
import { judgeServers } from '../doctor/judge-servers.ts';
import { readQuotas } from '../doctor/quotas.ts';
import { describe, latencies } from '../doctor/report.ts';
import type { Outcome } from '../outcome.ts';
import { readTopology, type TopologyFile } from '../topology-file.ts';
import { describeProblems } from './validate.ts';

export interface DoctorOptions extends DeploymentOptions {
  /** Control API of a local world; a live deployment unless given. */
  readonly world?: string | undefined;
  /** Findings that are meant, such as regions that differ between two waves of a release. */
  readonly ignore: readonly string[];
  /** Also the quotas of the account whose credentials the environment has. */
  readonly quotas?: true;
}

const QUOTAS = 'quotas of the account (Elastic IPs, health checks, concurrency, regions): add --quotas';

/** Examines what a topology should have become, from outside, and says cause and remedy of whatever is wrong. */
export async function doctor(
  file: TopologyFile,
  { world, ignore, quotas, ...options }: DoctorOptions,
): Promise<Outcome> {
  const parsed = parseTopology(readTopology(file), file.shown);
  if (!parsed.ok) {
    const complaint = describeProblems(file.shown, parsed.problems, process.stderr);
    return { ok: false, data: { topology: file.shown, problems: parsed.problems }, report: '', complaint };
  }
  const deployment =
    world === undefined
      ? liveDeployment(parsed.topology, options)
      : await localDeployment(parsed.topology, world, options);
  const { topology, names } = deployment;
  const [seen, account] = await Promise.all([
    examine(deployment),
    quotas === true ? readQuotas(topology) : undefined,
  ]);
  const findings = [
    ...judgeNames(topology, seen),
    ...judgeServers(topology, seen, Date.now()),
    ...(account === undefined ? [] : judgeQuotas(topology, account)),
  ].filter(({ id }) => !ignore.includes(id));
  // A local world has no account.
  const unasked = world === undefined ? [QUOTAS] : [];
  const passedOver = account === undefined ? unasked : unread(account);
  const hops = latencies(seen);
  return {
    ok: !findings.some(({ level }) => level === 'error'),
    data: { topology: file.shown, resolver: names.label, findings, latencies: hops, passedOver },
    report: describe(file.shown, deployment, findings, hops, passedOver),
    complaint: '',
  };
}
