import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './command.ts';

const guide = readFileSync(join(root, 'docs/routing.md'), 'utf8');
const examples = [...guide.matchAll(/^```console\n\$ (.*)\n([^`]*)```$/gm)].map(
  ([, command = '', output = '']) => ({
    command,
    output,
  }),
);

describe('docs/routing.md', () => {
  it('tells the worked example, from all well to everything down', () => {
    expect(examples).toHaveLength(5);
  });

  it.each(examples)('shows what $command prints', ({ command, output }) => {
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' });
  });
});
