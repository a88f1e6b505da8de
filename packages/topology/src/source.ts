import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Finding, KeyPath } from './problems.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed YAML (or JSON) text that knows where each of its values stands. */
export interface Source {
  readonly value: unknown;
  /** Problems of the text itself, each with its place. */
  readonly errors: readonly (Pick<Finding, 'code' | 'message' | 'hint'> & Position)[];
  readonly locate: (path: KeyPath, at: 'key' | 'value') => Position;
}

export function readSource(text: string): Source {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const errors = [
    ...[...document.errors, ...document.warnings].map((error) => ({
      ...describe(error),
      ...position(error.pos[0]),
    })),
    ...danglingAliases(document).map(({ name, offset }) => ({
      ...syntaxProblem(`the alias *${name} has no anchor`),
      ...position(offset),
    })),
  ];
  const isBroken = errors.some(({ code }) => code === 'TOPOLOGY_SYNTAX');
  const { value, reason } = isBroken ? {} : contentOf(document);
  return {
    value,
    errors: reason === undefined ? errors : [...errors, { ...syntaxProblem(reason), ...position(0) }],
    locate: (path, at) => position(offsetOf(document, path, at)),
  };
}

/** The parser refuses aliases that would multiply to an enormous value. */
function contentOf(document: Document.Parsed): { readonly value?: unknown; readonly reason?: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function danglingAliases(document: Document.Parsed): readonly { name: string; offset: number }[] {
  const dangling: { name: string; offset: number }[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) === undefined) {
        dangling.push({ name: alias.source, offset: alias.range?.[0] ?? 0 });
      }
    },
  });
  return dangling;
}

function describe(error: YAMLError): Pick<Finding, 'code' | 'message' | 'hint'> {
  if (error.code === 'DUPLICATE_KEY') {
    return {
      code: 'TOPOLOGY_DUPLICATE_KEY',
      message: 'this key stands twice in its mapping',
      hint: 'keep one of the two; the other would be lost',
    };
  }
  return syntaxProblem(error.message);
}

const syntaxProblem = (reason: string): Pick<Finding, 'code' | 'message' | 'hint'> => ({
  code: 'TOPOLOGY_SYNTAX',
  message: `not valid YAML: ${lowerFirst(reason)}`,
  hint: 'mend the syntax here; the rest of the file is checked after that',
});

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Where the deepest existing part of a path begins. */
function offsetOf(document: Document.Parsed, path: KeyPath, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, part] of path.entries()) {
    const step = stepInto(node, part);
    if (!step) return offset;
    const wantsValue = index < path.length - 1 || at === 'value';
    offset = startOf(wantsValue && isNode(step.value) ? step.value : step.key);
    node = step.value;
  }
  return offset;
}

function stepInto(node: unknown, part: string | number): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (!isSeq(node) || typeof part !== 'number') return undefined;
  const item = node.items[part];
  return item === undefined ? undefined : { key: item, value: item };
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}
