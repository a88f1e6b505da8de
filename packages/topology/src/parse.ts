import { TopologyError } from './errors.ts';
import { normalizeTopology } from './normalize.ts';
import { dotted, type Finding, formatProblem, type KeyPath, type TopologyProblem } from './problems.ts';
import { ruleFindings } from './rules.ts';
import { type PartialTopology, partialTopologySchema, writtenTopologySchema } from './schema.ts';
import { shapeFindings, valueAt } from './shape-findings.ts';
import { readSource, type Source } from './source.ts';
import type { Topology } from './topology.ts';

export type ParseResult =
  | { readonly ok: true; readonly topology: Topology }
  | { readonly ok: false; readonly problems: readonly TopologyProblem[] };

/**
 * Checks the text of a topology file (YAML, or JSON) and returns the topology or every problem at once, sorted
 * by place. Rules run on the parts that fit the schema, also when others do not.
 *
 * @param file the name that problems carry
 */
export function parseTopology(text: string, file: string): ParseResult {
  const source = readSource(text);
  const textProblems = source.errors.map((error) => ({ file, path: '', ...error }));
  if (textProblems.some(({ code }) => code === 'TOPOLOGY_SYNTAX'))
    return { ok: false, problems: textProblems };

  const shape = shapeFindings(source.value);
  const judged = [...shape, ...rulesOnTheRest(source.value, shape)];
  const problems = [...textProblems, ...judged.map((finding) => place(finding, source, file))];
  const complete = writtenTopologySchema.safeParse(source.value);
  if (problems.length === 0 && complete.success) {
    return { ok: true, topology: normalizeTopology(complete.data) };
  }
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/**
 * The topology in the text.
 *
 * @throws {TopologyError} carrying every problem
 */
export function requireTopology(text: string, file: string): Topology {
  const result = parseTopology(text, file);
  if (result.ok) return result.topology;
  throw new TopologyError(result.problems.map(formatProblem).join('\n'), result.problems);
}

/** A rule's finding about a part that was taken out speaks of a default that nobody wrote, and is left out. */
function rulesOnTheRest(written: unknown, shape: readonly Finding[]): readonly Finding[] {
  const broken = shape.map(({ path }) => path);
  return ruleFindings(sound(written, broken)).filter(
    ({ path }) => !broken.some((wrong) => isPrefix(wrong, path) && valueAt(written, wrong) !== undefined),
  );
}

function sound(written: unknown, broken: readonly KeyPath[]): PartialTopology {
  const rest = structuredClone(written);
  for (const path of broken) remove(rest, path);
  const result = partialTopologySchema.safeParse(rest);
  return result.success ? result.data : {};
}

function remove(target: unknown, path: KeyPath): void {
  const key = path.at(-1);
  const parent = valueAt(target, path.slice(0, -1));
  if (key === undefined || typeof parent !== 'object' || parent === null) return;
  // An item taken out of a list would renumber the others; the list goes as a whole.
  if (Array.isArray(parent)) remove(target, path.slice(0, -1));
  else Reflect.deleteProperty(parent, key);
}

const isPrefix = (prefix: KeyPath, path: KeyPath): boolean =>
  prefix.every((part, index) => path[index] === part);

function place(finding: Finding, source: Source, file: string): TopologyProblem {
  const { path, at, ...rest } = finding;
  return { file, ...source.locate(path, at), path: dotted(path), ...rest };
}
