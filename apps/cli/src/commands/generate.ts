import { join, relative, resolve } from 'node:path';
import {
  banner,
  isGenerated,
  outputPlaces,
  generate as render,
  workflowPlaces,
  workflows,
} from '@isochrone/config-gen';
import { parseTopology } from '@isochrone/topology';
import { type Outcome, paint } from '../outcome.ts';
import { applyChanges, type Change, type Plan, planChanges } from '../output-folder.ts';
import { DEFAULT_TOPOLOGY, readTopology, type TopologyFile, workspaceRoot } from '../topology-file.ts';
import { describeProblems } from './validate.ts';

export interface GenerateOptions {
  /** Folder to write to, instead of `generated/<name of the topology>`. */
  readonly out?: string | undefined;
  /** Write nothing; fail when something would have to be written. */
  readonly check: boolean;
}

/** Makes a folder hold exactly what the topology asks for, or says what it would take. */
export function generate(file: TopologyFile, { out, check }: GenerateOptions): Outcome {
  const topology = parseTopology(readTopology(file), file.shown);
  if (!topology.ok) {
    return {
      ok: false,
      data: { topology: file.shown, problems: topology.problems },
      report: '',
      complaint: describeProblems(file.shown, topology.problems, process.stderr),
    };
  }
  const folder = out === undefined ? join(workspaceRoot, 'generated', file.name) : resolve(out);
  const shown = out ?? (relative(process.cwd(), folder) || '.');
  const ours = banner(file.source);
  const isOurs = (content: string): boolean => content.includes(ours);
  const plan = planChanges(folder, render(topology.topology, { source: file.source }), {
    places: outputPlaces,
    isGenerated,
    isOurs,
  });
  // What GitHub runs has its place at the root, and follows from the one topology that it deploys.
  const actions =
    out === undefined && file.source === DEFAULT_TOPOLOGY
      ? planChanges(workspaceRoot, workflows(topology.topology, file.source), {
          places: workflowPlaces,
          isGenerated,
          isOurs,
        })
      : undefined;
  if (!check) {
    applyChanges(folder, plan.changes);
    applyChanges(workspaceRoot, actions?.changes ?? []);
  }
  const stale = check && plan.changes.length + (actions?.changes.length ?? 0) > 0;
  return {
    ok: !stale,
    data: {
      topology: file.shown,
      out: shown,
      written: !check,
      changes: plan.changes.map(asData),
      unchanged: plan.unchanged,
      ...(actions
        ? { workflows: { changes: actions.changes.map(asData), unchanged: actions.unchanged } }
        : {}),
      problems: [],
    },
    report: [
      describe(shown, plan, !check),
      ...(actions ? [describe('.github/workflows', actions, !check)] : []),
    ].join('\n'),
    complaint: stale ? complain(shown, file, out) : '',
  };
}

function asData(change: Change): Readonly<Record<string, unknown>> {
  const { action, path } = change;
  return change.action === 'update' ? { action, path, difference: change.difference } : { action, path };
}

const colors = { create: 'green', update: 'yellow', delete: 'red' } as const;

function describe(folder: string, { changes, unchanged }: Plan, written: boolean): string {
  const lines = changes.flatMap((change) => {
    const line = `${paint(colors[change.action], change.action)} ${change.path}`;
    if (change.action !== 'update') return [line];
    const { difference } = change;
    const show = (sign: string, text: string | null): string =>
      `  ${difference.line}${sign} ${text === null ? '(end of file)' : text}`;
    return [line, paint('red', show('-', difference.current)), paint('green', show('+', difference.wanted))];
  });
  const numbers = (['create', 'update', 'delete'] as const).map((action) => {
    const number = changes.filter((change) => change.action === action).length;
    return written ? `${number} ${action}d` : `${number} to ${action}`;
  });
  return [...lines, `${folder}: ${numbers.join(', ')}, ${unchanged} unchanged`].join('\n');
}

function complain(folder: string, file: TopologyFile, out: string | undefined): string {
  const args = [
    ...(file.written === undefined ? [] : [file.written]),
    ...(out === undefined ? [] : ['--out', out]),
  ];
  const command = ['./isochrone generate', ...args].join(' ');
  return `CLI_STALE ${folder} is not what ${file.shown} asks for\n  run ${command}`;
}
