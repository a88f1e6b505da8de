import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isochrone, root, temporaryFolder } from './command.ts';

describe('isochrone', () => {
  it('shows its commands and examples', () => {
    const { status, stdout, stderr } = isochrone(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const word of ['validate', 'generate', 'explain', 'Examples:', 'Exit codes:'])
      expect(stdout).toContain(word);
  });

  it.each(['validate', 'generate', 'explain'])('shows the options and examples of %s', (command) => {
    const { status, stdout } = isochrone([command, '--help']);
    expect(status).toBe(0);
    for (const word of ['--topology <file>', '--json', `./isochrone ${command}`])
      expect(stdout).toContain(word);
  });

  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'apps/cli/package.json'), 'utf8'));
    expect(isochrone(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    { args: ['validte'], meant: 'Did you mean validate?' },
    { args: ['validate', '--jsn'], meant: 'Did you mean --json?' },
    { args: ['generate', '--chek'], meant: 'Did you mean --check?' },
  ])('takes $args for misuse and says what was meant', ({ args, meant }) => {
    const { status, stdout, stderr } = isochrone(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(meant);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    { args: [], why: 'no command' },
    { args: ['generate', 'a.yaml', 'b.yaml'], why: 'two topologies' },
    { args: ['generate', 'a.yaml', '--topology', 'b.yaml'], why: 'two topologies, one as an option' },
    { args: ['generate', '--out'], why: 'an option without its value' },
  ])('takes $why for misuse', ({ args }) => {
    const { status, stdout, stderr } = isochrone(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('tells misuse in JSON, too', () => {
    const { status, stdout } = isochrone(['validate', '--json', '--chek']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'CLI_USAGE' } });
  });

  it('uses no colours where the output is no terminal', () => {
    expect(isochrone(['validate']).stdout).not.toContain('\u001b');
  });

  it('survives a reader that goes away before the end', () => {
    const files = Array.from({ length: 1000 }, () => 'topologies/staging.yaml').join(' ');
    const script = `set -o pipefail; ./isochrone validate --json ${files} | head -c 1`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{', stderr: '' });
  });

  it('says what to run where nothing is installed', () => {
    const folder = temporaryFolder();
    copyFileSync(join(root, 'isochrone'), join(folder, 'isochrone'));
    const { status, stdout, stderr } = spawnSync(join(folder, 'isochrone'), ['validate'], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('isochrone: the workspace is not installed; run: npm run setup\n');
  });
});
