import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isochrone, temporaryFolder } from './command.ts';

const head = 'service: fast\ndomain: example.com\nhostedZoneId: Z0123456789EXAMPLE\nhome: us-east-1\n';
const two = `${head}regions:\n  us-east-1: {}\n  eu-west-1: {}\n`;
const three = `${two}  eu-south-2: {}\n`;
const elsewhere = `${head.replace('home: us-east-1', 'home: sa-east-1')}regions:\n  sa-east-1: {}\n`;

function files(contents: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('isochrone plan', () => {
  it('says that nothing changes, with exit code 0', () => {
    const cwd = files({ 'a.yaml': two, 'b.yaml': `${two}\n# a comment\n` });
    expect(isochrone(['plan', '--from', 'a.yaml', '--to', 'b.yaml'], { cwd })).toEqual({
      status: 0,
      stdout: 'nothing changes\n',
      stderr: '',
    });
  });

  it('says what changes and who moves, with exit code 2', () => {
    const cwd = files({ 'a.yaml': two, 'b.yaml': three });
    const { status, stdout, stderr } = isochrone(['plan', '--from', 'a.yaml', '--to', 'b.yaml'], { cwd });
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(stdout).toContain('regions: added eu-south-2');
    expect(stdout).toContain('Lisbon: eu-west-1 to eu-south-2, 29 to 15 ms');
  });

  it('refuses what is dangerous with exit code 3, unless it is forced', () => {
    const cwd = files({ 'a.yaml': two, 'b.yaml': elsewhere });
    const args = ['plan', '--from', 'a.yaml', '--to', 'b.yaml'];
    const refused = isochrone(args, { cwd });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/^refused: PLAN_LAST_HEALTHY_REGION, PLAN_HOME_MOVED/);
    expect(refused.stdout).toContain('steps');
    const forced = isochrone([...args, '--force'], { cwd });
    expect({ status: forced.status, stderr: forced.stderr }).toEqual({ status: 2, stderr: '' });
    expect(forced.stdout).toContain('PLAN_HOME_MOVED');
  });

  it('knows what is down', () => {
    const cwd = files({ 'a.yaml': two, 'b.yaml': `${head}regions:\n  us-east-1: {}\n` });
    const args = ['plan', '--from', 'a.yaml', '--to', 'b.yaml'];
    expect(isochrone(args, { cwd }).status).toBe(3);
    const { stderr } = isochrone([...args, '--down', 'us-east-1'], { cwd });
    expect(stderr).toContain('PLAN_LAST_HEALTHY_REGION');
  });

  it('compares with the file at a revision of git', () => {
    const cwd = files({ 'topology.yaml': two });
    const git = (...args: string[]): void => void execFileSync('git', args, { cwd });
    git('init', '-q');
    git('add', '.');
    git('-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qm', 'first');
    writeFileSync(join(cwd, 'topology.yaml'), three);
    const { status, stdout } = isochrone(['plan', '--to', 'topology.yaml', '--json'], { cwd });
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      changes: true,
      refused: false,
      summary: { regions: { added: ['eu-south-2'], removed: [] } },
    });
    expect(isochrone(['plan', '--from', 'HEAD~1', '--to', 'topology.yaml'], { cwd })).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^CLI_REVISION_UNREADABLE cannot read topology\.yaml at HEAD~1: .+\n {2}name a file/,
      ),
    });
  });

  it('plans a first deploy, as Markdown', () => {
    const cwd = files({ 'a.yaml': two });
    const { status, stdout } = isochrone(['plan', '--from', 'none', '--to', 'a.yaml', '--markdown'], { cwd });
    expect(status).toBe(2);
    expect(stdout).toMatch(/^### what changes\n\n- regions: added /);
    expect(stdout).toContain('1. data: create the table in us-east-1');
  });

  it('tells the problems of both topologies', () => {
    const cwd = files({ 'a.yaml': `${two}x: 1\n`, 'b.yaml': `${two}y: 1\n` });
    const { status, stderr } = isochrone(['plan', '--from', 'a.yaml', '--to', 'b.yaml'], { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain('a.yaml:8:1 TOPOLOGY_UNKNOWN_KEY');
    expect(stderr).toContain('b.yaml:8:1 TOPOLOGY_UNKNOWN_KEY');
  });

  it('takes misuse for an error, not for changes', () => {
    expect(isochrone(['plan', '--form', 'a.yaml'])).toMatchObject({ status: 1, stdout: '' });
    expect(isochrone(['plan', '--json', '--markdown'])).toMatchObject({ status: 1 });
  });
});
