import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { outsideEnvironment, root } from './workspace.ts';

const text = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** Everything set as code: spans, and lines of blocks. */
const code = [
  ...[...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n')),
  ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span),
].map((line) => line.trim());

const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts;

const help = (command: string): string =>
  execFileSync(join(root, 'isochrone'), [command, '--help'], { encoding: 'utf8', env: outsideEnvironment });

describe('docs/operations.md', () => {
  const ours = code.filter((line) => line.startsWith('./isochrone '));
  const commands = [...new Set(ours.map((line) => line.split(' ')[1] ?? ''))];

  it('uses many commands', () => {
    expect(commands.toSorted()).toEqual(
      expect.arrayContaining(['doctor', 'explain', 'plan', 'roll', 'rollback', 'validate']),
    );
  });

  it.each(commands)('uses %s as it is', (command) => {
    const known = help(command);
    const options = ours
      .filter((line) => line.split(' ')[1] === command)
      .flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });

  it('runs only scripts that there are', () => {
    const run = code.flatMap((line) => /^npm (?:run )?([a-z:]+)/.exec(line)?.[1] ?? []);
    expect(run.length).toBeGreaterThan(3);
    expect(run.filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it('says what to look at for each finding of the doctor', () => {
    const source = readFileSync(join(root, 'apps/cli/src/doctor/finding.ts'), 'utf8');
    const ids = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, id = '']) => id);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });
});
