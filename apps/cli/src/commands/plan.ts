import { changesAnything, type Plan, planAsMarkdown, planAsText, planChange } from '@isochrone/plan';
import { parseTopology, type Topology, type TopologyProblem } from '@isochrone/topology';
import { checksDown } from '../explain/down-targets.ts';
import { type Outcome, planExitCodes } from '../outcome.ts';
import { deployedTopology } from '../plan/deployed-topology.ts';
import { readTopology, topologyFile } from '../topology-file.ts';
import { describeProblems } from './validate.ts';

export interface PlanOptions {
  /** A file, a revision of git, or `none`. */
  readonly from: string;
  /** A file. */
  readonly to?: string | undefined;
  readonly down: readonly string[];
  readonly requests?: number | undefined;
  readonly markdown?: true;
  readonly force?: true;
}

/** Says what it takes to make one topology of another, and refuses what endangers visitors. */
export function plan(options: PlanOptions): Outcome {
  const file = topologyFile(options.to);
  const source = deployedTopology(options.from, file);
  const to = parseTopology(readTopology(file), file.shown);
  const from = source.text === null ? null : parseTopology(source.text, source.shown);
  if (!to.ok || from?.ok === false) {
    const wrong = [
      ...(from?.ok === false ? [{ shown: source.shown, problems: from.problems }] : []),
      ...(to.ok ? [] : [{ shown: file.shown, problems: to.problems }]),
    ];
    return invalid(wrong);
  }
  return told(source.shown, file.shown, planned(from?.topology ?? null, to.topology, options), options);
}

function planned(from: Topology | null, to: Topology, { down, requests }: PlanOptions): Plan {
  const failing = checksDown(from ?? to, down);
  return planChange(from, to, {
    isUp: (check) => !failing.has(check),
    ...(requests === undefined ? {} : { traffic: { requestsPerMonth: requests } }),
  });
}

function told(
  from: string,
  to: string,
  { dangers, ...rest }: Plan,
  { markdown, force }: PlanOptions,
): Outcome {
  const whole = { ...rest, dangers };
  const changes = changesAnything(whole);
  const refused = dangers.length > 0 && force !== true;
  const report = markdown ? planAsMarkdown(whole) : planAsText(whole);
  return {
    ok: !refused,
    data: { from, to, changes, refused, ...whole },
    report,
    complaint: refused
      ? `refused: ${dangers.map(({ code }) => code).join(', ')}\n  mend the topology, or mean it: --force`
      : '',
    exitCode: refused ? planExitCodes.refused : changes ? planExitCodes.changes : planExitCodes.none,
  };
}

function invalid(
  files: readonly { readonly shown: string; readonly problems: readonly TopologyProblem[] }[],
): Outcome {
  return {
    ok: false,
    data: { problems: files.flatMap(({ problems }) => problems) },
    report: '',
    complaint: files
      .map(({ shown, problems }) => describeProblems(shown, problems, process.stderr))
      .join('\n'),
  };
}
