import { readFileSync, writeFileSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { reasonOf } from '../topology-file.ts';
import type { DrillResult } from './result.ts';

/** Where figures stand in a Markdown file: between two comments, of which the first names the world. */
const markers = (world: string) => ({ begin: `<!-- figures: ${world} -->`, end: '<!-- /figures -->' });

/** Name of a world's figures: `fastify, time scale 10`. */
export const worldName = (engines: readonly string[], timeScale: number): string =>
  `${engines.length === 0 ? 'no proxies' : engines.join(' and ')}, ${timeScale === 1 ? 'real time' : `time scale ${timeScale}`}`;

/**
 * Puts the figures of one world into a Markdown file, in the place that is marked for them. Rows of failures that were
 * not drilled this time stay.
 *
 * @throws CliError CLI_INPUT_UNREADABLE, CLI_OUTPUT_UNWRITABLE
 */
export function writeFigures(file: string, world: string, results: readonly DrillResult[]): void {
  const { begin, end } = markers(world);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_INPUT_UNREADABLE', `cannot read ${file}: ${reasonOf(cause)}`, {
      hint: 'name a Markdown file that exists with --figures',
      cause,
    });
  }
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) {
    throw new CliError('CLI_OUTPUT_UNWRITABLE', `${file} has no place for figures of ${world}`, {
      hint: `put these two lines where they should stand: ${begin} and ${end}`,
    });
  }
  const table = figuresTable(text.slice(from + begin.length, to), results);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`);
}

const HEAD = [
  '| failure | requests | failed | noticed after | last failure began after | slowest answer | home again |',
  '| --- | ---: | --- | ---: | ---: | ---: | ---: |',
];

/** @param before the table as it was, or nothing */
export function figuresTable(before: string, results: readonly DrillResult[]): string {
  const known = before
    .split('\n')
    .filter((line) => line.startsWith('| ') && !HEAD.includes(line))
    .map((line) => [line.split(' | ', 1)[0]?.slice(2) ?? '', line] as const);
  const rows = new Map([...known, ...results.map((result) => [result.title, row(result)] as const)]);
  return [...HEAD, ...rows.values()].join('\n');
}

function row(result: DrillResult): string {
  const failures = Object.entries(result.failures).map(([kind, number]) => `${number} ${kind}`);
  const cells = [
    result.title,
    String(result.requests),
    failures.length === 0 ? 'none' : failures.join(', '),
    inSeconds(result.detectedAfter),
    inSeconds(result.lastFailureAfter),
    `${result.slowestMs} ms`,
    `${result.home} of ${result.visitors}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const inSeconds = (seconds: number | null): string => (seconds === null ? '–' : `${seconds.toFixed(1)} s`);
