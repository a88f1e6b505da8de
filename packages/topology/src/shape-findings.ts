import type { z } from 'zod';
import { dotted, type Finding, type KeyPath, nearestName, shown } from './problems.ts';
import { regionNames } from './regions.ts';
import { partialTopologySchema, writtenRegionSchema, writtenTopologySchema } from './schema.ts';

type Issue = z.core.$ZodIssue;

const regionKeys = Object.keys(writtenRegionSchema.shape);
const topLevelKeys = Object.keys(partialTopologySchema.shape);

/** What the schema has against a written value: one finding per unknown key and per bad value. */
export function shapeFindings(written: unknown): readonly Finding[] {
  const issues = writtenTopologySchema.safeParse(written).error?.issues ?? [];
  return [...issues.flatMap((issue) => findingsOf(issue, [], written)), ...noRegion(written)];
}

/** Stands apart from the schema, which would also call a list empty whose only name is misspelled. */
function noRegion(written: unknown): readonly Finding[] {
  const regions = valueAt(written, ['regions']);
  const isMapping = typeof regions === 'object' && regions !== null && !Array.isArray(regions);
  if (!isMapping || Object.keys(regions).length > 0) return [];
  return [
    {
      code: 'TOPOLOGY_INVALID_VALUE',
      path: ['regions'],
      at: 'value',
      message: 'regions is empty, expected at least one region',
      hint: 'write a line for each region, for example us-east-1: {}',
      found: shown(regions),
      expected: 'at least one region',
    },
  ];
}

function findingsOf(issue: Issue, base: KeyPath, written: unknown): readonly Finding[] {
  const path: KeyPath = [
    ...base,
    ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.flatMap((key) => unknownKey([...path, key], written));
    case 'invalid_union':
      return nearestBranch(issue.errors).flatMap((inner) => findingsOf(inner, path, written));
    default:
      return [badValue(issue, path, valueAt(written, path))];
  }
}

/** The alternative that fits best: the one whose complaints lie deepest. */
function nearestBranch(branches: readonly Issue[][]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
  const fits = (issues: readonly Issue[]): number => depth(issues) + (issues.some(isWrongType) ? 0 : 1);
  return [...branches].sort((a, b) => fits(b) - fits(a))[0] ?? [];
}

const isWrongType = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;

function unknownKey(path: KeyPath, written: unknown): readonly Finding[] {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  if (parent.length === 1 && parent[0] === 'regions') return unknownRegion(path, key, written);
  const known = knownKeys(parent);
  const suggestion = nearestName(key, known);
  return [
    {
      code: 'TOPOLOGY_UNKNOWN_KEY',
      path,
      at: 'key',
      message: `unknown key ${shown(key)}${parent.length > 0 ? ` in ${dotted(parent)}` : ''}`,
      hint: suggestion ? `did you mean ${suggestion}?` : `known keys here: ${known.join(', ')}`,
      found: key,
      expected: `one of ${known.join(', ')}`,
      ...(suggestion ? { suggestion } : {}),
    },
  ];
}

function unknownRegion(path: KeyPath, name: string, written: unknown): readonly Finding[] {
  const suggestion = nearestName(name, regionNames);
  const settings = writtenRegionSchema.safeParse(valueAt(written, path));
  return [
    regionFinding(path, 'key', name, suggestion),
    ...(settings.error?.issues ?? []).flatMap((issue) => findingsOf(issue, path, written)),
  ];
}

function regionFinding(path: KeyPath, at: 'key' | 'value', name: string, suggestion?: string): Finding {
  const otherPartition = /^(cn|us-gov|us-iso[a-z]*|eusc)-/.test(name);
  return {
    code: 'TOPOLOGY_UNKNOWN_REGION',
    path,
    at,
    message: `unknown region ${shown(name)}`,
    hint: otherPartition
      ? 'regions of the China, GovCloud and sovereign partitions have accounts and endpoints of their own and are not served'
      : suggestion
        ? `did you mean ${suggestion}?`
        : `commercial regions: ${regionNames.join(', ')}`,
    found: name,
    expected: 'a commercial AWS region',
    ...(suggestion && !otherPartition ? { suggestion } : {}),
  };
}

const examples: Readonly<Record<string, string>> = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z0123456789EXAMPLE',
  home: 'us-east-1',
  regions: '{ us-east-1: {} }',
};

function badValue(issue: Issue, path: KeyPath, value: unknown): Finding {
  const where = path.length > 0 ? dotted(path) : 'the file';
  const expected = expectation(issue);
  if (value === undefined) {
    const key = String(path.at(-1));
    return {
      code: 'TOPOLOGY_MISSING_KEY',
      path,
      at: 'value',
      message: `${where} is missing`,
      hint: `add ${key}, for example ${key}: ${examples[key] ?? expected}`,
      expected,
    };
  }
  if (path.length === 0 && value === null) {
    return {
      code: 'TOPOLOGY_MISSING_KEY',
      path,
      at: 'value',
      message: 'the file is empty',
      hint: `start with ${Object.entries(examples)
        .map(([key, example]) => `${key}: ${example}`)
        .join(', ')}`,
      expected,
    };
  }
  if (dotted(path) === 'home' && typeof value === 'string') {
    return regionFinding(path, 'value', value, nearestName(value, regionNames));
  }
  const suggestion =
    issue.code === 'invalid_value' && typeof value === 'string'
      ? nearestName(
          value,
          issue.values.filter((candidate) => typeof candidate === 'string'),
        )
      : undefined;
  return {
    code: 'TOPOLOGY_INVALID_VALUE',
    path,
    at: 'value',
    message: `${where} is ${shown(value)}, expected ${expected}`,
    hint: suggestion ? `did you mean ${suggestion}?` : remedy(value, expected),
    found: shown(value),
    expected,
    ...(suggestion ? { suggestion } : {}),
  };
}

const remedy = (value: unknown, expected: string): string =>
  value === null && expected === 'a mapping' ? 'write {} for all defaults' : `write ${expected}`;

const typeNames: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length > 8
        ? 'a commercial AWS region'
        : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function knownKeys(parent: KeyPath): readonly string[] {
  const [section, , list] = parent;
  if (section === undefined) return topLevelKeys;
  if (section === 'regions') return list === undefined ? regionKeys : ['engine'];
  if (section === 'dns' || section === 'healthCheck' || section === 'edge' || section === 'delivery') {
    return Object.keys(writtenTopologySchema.shape[section].unwrap().shape);
  }
  return [];
}

/** The value at a path, or undefined where the path leaves the written structure. */
export function valueAt(written: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    written,
  );
}
