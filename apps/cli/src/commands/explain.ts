import {
  builtinGeoTable,
  type Decision,
  evaluate,
  formatRoutingProblem,
  locateClient,
  modelledLatency,
  type NamedPlace,
  parseGeoTable,
  parseLatencyMatrix,
  RoutingError,
  zoneFromPlan,
} from '@isochrone/routing';
import { dnsPlan, parseTopology, publicHostname, type Topology } from '@isochrone/topology';
import { decisionTree, describeAnswer } from '../explain/decision-tree.ts';
import { checksDown } from '../explain/down-targets.ts';
import { readInput } from '../explain/input-file.ts';
import { drawTree } from '../explain/tree.ts';
import { type Outcome, paint } from '../outcome.ts';
import { readTopology, type TopologyFile } from '../topology-file.ts';
import { describeProblems } from './validate.ts';

export interface ExplainOptions {
  /** The public name unless given. */
  readonly name?: string | undefined;
  readonly type: string;
  /** City, region, `latitude,longitude` or IP address. */
  readonly from: string;
  readonly down: readonly string[];
  /** Files. */
  readonly latency?: string | undefined;
  readonly geo?: string | undefined;
  /** What every weighted group draws; by chance unless given. */
  readonly draw?: number | undefined;
}

/** Says what Route 53 would answer to a client, and every reason for it, without asking anybody. */
export function explain(file: TopologyFile, options: ExplainOptions): Outcome {
  const parsed = parseTopology(readTopology(file), file.shown);
  if (!parsed.ok) {
    const complaint = describeProblems(file.shown, parsed.problems, process.stderr);
    return { ok: false, data: { topology: file.shown, problems: parsed.problems }, report: '', complaint };
  }
  try {
    return decide(file, parsed.topology, options);
  } catch (error) {
    if (!(error instanceof RoutingError) || error.problems.length === 0) throw error;
    const { problems } = error;
    const complaint = problems.map(formatRoutingProblem).join('\n');
    return { ok: false, data: { topology: file.shown, problems }, report: '', complaint };
  }
}

function decide(file: TopologyFile, topology: Topology, options: ExplainOptions): Outcome {
  const { name = publicHostname(topology), type, from, down, draw } = options;
  const { latency, geo } = options;
  const table = geo === undefined ? builtinGeoTable : parseGeoTable(readInput(geo, '--geo'), geo);
  const model =
    latency === undefined ? modelledLatency : parseLatencyMatrix(readInput(latency, '--latency'), latency);
  const client = locateClient(from, table);
  const failing = checksDown(topology, down);
  const decision = evaluate(
    zoneFromPlan(dnsPlan(topology), topology.domain),
    { name, type },
    {
      client: client.place,
      health: (id) => !failing.has(id),
      random: () => draw ?? chance(),
      latency: model,
    },
  );
  return {
    ok: true,
    data: {
      topology: file.shown,
      query: { name, type },
      client: { label: client.label, ...client.place },
      down: [...failing],
      decision,
    },
    report: [headline(name, type, client), '', drawTree(decisionTree(decision)), '', verdict(decision)].join(
      '\n',
    ),
    complaint: '',
  };
}

/** Few enough digits to be typed again. */
const chance = (): number => Math.floor(Math.random() * 10_000) / 10_000;

function headline(name: string, type: string, { label, place }: NamedPlace): string {
  const where = `${place.latitude},${place.longitude}`;
  return `${name} ${type}, asked from ${label === where ? where : `${label} (${where})`}`;
}

function verdict({ kind, answers, reasons }: Decision): string {
  const draws = reasons.flatMap((reason) =>
    reason.kind === 'group' && reason.choice.policy === 'weighted' && reason.choice.share < 1
      ? [
          `drew ${reason.choice.draw}, a chance of ${Math.round(reason.choice.share * 100)} % (--draw ${reason.choice.draw} repeats it)`,
        ]
      : [],
  );
  const lines = [...answers.map(describeAnswer), ...(kind === 'answer' ? [] : [outcomes[kind]])];
  return [...lines.map((line) => `${paint('bold', 'answer')}  ${line}`), ...draws].join('\n');
}

const outcomes = {
  'no-data': 'no records of this type (NOERROR, no data)',
  'no-such-name': 'no such name (NXDOMAIN)',
  'not-ours': 'not in this zone (REFUSED)',
} as const;
