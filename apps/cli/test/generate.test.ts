import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandResult, fixture, isochrone, temporaryFolder } from './command.ts';

/** A folder with a topology of one region, and the output of a first run in `out`. */
function generated(): { folder: string; run: (...args: readonly string[]) => CommandResult } {
  const folder = temporaryFolder();
  copyFileSync(fixture('one-region.yaml'), join(folder, 'edge.yaml'));
  const run = (...args: readonly string[]): CommandResult =>
    isochrone(['generate', 'edge.yaml', '--out', 'out', ...args], { cwd: folder });
  run();
  return { folder, run };
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

const expectedFiles = [
  'ansible/inventory.yaml',
  'ansible/playbook.yaml',
  'ansible/roles/edge/defaults/main.yaml',
  'ansible/roles/edge/files/haproxy-servers.sh',
  'ansible/roles/edge/handlers/main.yaml',
  'ansible/roles/edge/tasks/main.yaml',
  'ansible/roles/edge/tasks/reload.yaml',
  'deploy-matrix.json',
  'dns/records.json',
  'dns/zone.txt',
  'proxies/proxy1-us-east-1-fast/edge-proxy.json',
  'proxies/proxy1-us-east-1-fast/haproxy.cfg',
];

describe('isochrone generate', () => {
  it('leaves generated files alone that stand elsewhere below its output folder', () => {
    const { folder, run } = generated();
    expect(run('--out', '.').status).toBe(0);
    expect(filesIn(folder)).toEqual(
      ['edge.yaml', ...expectedFiles, ...expectedFiles.map((file) => `out/${file}`)].toSorted(),
    );
  });

  it('refuses an empty name of a folder', () => {
    const { folder, run } = generated();
    expect(run('--out', '')).toMatchObject({ status: 2 });
    expect(filesIn(folder)).toEqual(['edge.yaml', ...expectedFiles.map((file) => `out/${file}`)]);
  });

  it('finds the committed files up to date', () => {
    expect(isochrone(['generate', '--check'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('finds them so from any directory', () => {
    expect(isochrone(['generate', '--check'], { cwd: temporaryFolder() })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('writes a file for each thing that follows from the topology', () => {
    const { folder } = generated();
    expect(filesIn(join(folder, 'out'))).toEqual(expectedFiles);
  });

  it('names no path of this machine', () => {
    const { folder } = generated();
    const named = filesIn(join(folder, 'out')).filter((file) =>
      readFileSync(join(folder, 'out', file), 'utf8').includes(folder),
    );
    expect(named).toEqual([]);
  });

  it('changes nothing the second time', () => {
    const { run } = generated();
    expect(run()).toEqual({
      status: 0,
      stdout: `out: 0 created, 0 updated, 0 deleted, ${expectedFiles.length} unchanged\n`,
      stderr: '',
    });
  });

  it('mends what was edited, lost or left over', () => {
    const { folder, run } = generated();
    const before = readFileSync(join(folder, 'out/dns/zone.txt'), 'utf8');
    disturb(folder);
    const { status, stdout } = run();
    expect(stdout).toContain(`out: 1 created, 1 updated, 1 deleted, ${expectedFiles.length - 2} unchanged`);
    expect(status).toBe(0);
    expect(filesIn(join(folder, 'out'))).toEqual(expectedFiles);
    expect(readFileSync(join(folder, 'out/dns/zone.txt'), 'utf8')).toBe(before);
    expect(existsSync(join(folder, 'out/proxies/proxy2-us-east-1-fast'))).toBe(false);
  });
});

describe('isochrone generate --check', () => {
  it('writes nothing and shows what is stale', () => {
    const { folder, run } = generated();
    disturb(folder);
    const before = filesIn(join(folder, 'out'));
    const { status, stdout, stderr } = run('--check');
    expect(stdout).toMatch(/^create deploy-matrix\.json$/m);
    expect(stdout).toMatch(/^update dns\/zone\.txt\n {2}2- edited by hand\n {2}2\+ /m);
    expect(stdout).toMatch(/^delete proxies\/proxy2-us-east-1-fast\/haproxy\.cfg$/m);
    expect(stdout).toContain(
      `out: 1 to create, 1 to update, 1 to delete, ${expectedFiles.length - 2} unchanged`,
    );
    expect(stderr).toBe(
      'CLI_STALE out is not what edge.yaml asks for\n  run ./isochrone generate edge.yaml --out out\n',
    );
    expect(status).toBe(1);
    expect(filesIn(join(folder, 'out'))).toEqual(before);
  });

  it('tells the same in JSON', () => {
    const { folder, run } = generated();
    disturb(folder);
    const { status, stdout, stderr } = run('--check', '--json');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      topology: 'edge.yaml',
      out: 'out',
      written: false,
      changes: [
        { action: 'create', path: 'deploy-matrix.json' },
        { action: 'update', path: 'dns/zone.txt', difference: { line: 2, current: 'edited by hand' } },
        { action: 'delete', path: 'proxies/proxy2-us-east-1-fast/haproxy.cfg' },
      ],
      unchanged: expectedFiles.length - 2,
    });
  });
});

describe('isochrone generate leaves alone', () => {
  it('files that people or other topologies put into the folder', () => {
    const { folder, run } = generated();
    writeFileSync(join(folder, 'out/notes.md'), 'ours\n');
    mkdirSync(join(folder, 'out/other'));
    const ours = readFileSync(join(folder, 'out/proxies/proxy1-us-east-1-fast/haproxy.cfg'), 'utf8');
    writeFileSync(join(folder, 'out/other/haproxy.cfg'), ours.replace('from edge.yaml', 'from other.yaml'));
    expect(run().stdout).toContain(`${expectedFiles.length} unchanged`);
    expect(filesIn(join(folder, 'out'))).toEqual(
      [...expectedFiles, 'notes.md', 'other/haproxy.cfg'].toSorted(),
    );
  });

  it('a file in its way that was not generated, and fails', () => {
    const { folder, run } = generated();
    writeFileSync(join(folder, 'out/dns/zone.txt'), 'precious\n');
    const { status, stderr } = run();
    expect(stderr).toMatch(
      /^CLI_FOREIGN_FILE dns\/zone\.txt in \S+out was not generated and is in the way\n/,
    );
    expect(status).toBe(1);
    expect(readFileSync(join(folder, 'out/dns/zone.txt'), 'utf8')).toBe('precious\n');
  });
});

describe('isochrone generate rejects', () => {
  it('a topology with problems, and writes nothing', () => {
    const folder = temporaryFolder();
    const file = fixture('five-mistakes.yaml');
    const { status, stdout, stderr } = isochrone(['generate', file, '--out', 'out'], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${file}: 5 problems`);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('an output folder that is a file, without a stack trace', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'taken'), '');
    const { status, stderr } = isochrone(['generate', fixture('one-region.yaml'), '--out', 'taken'], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^CLI_OUTPUT_UNWRITABLE cannot use /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
  });

  it('a topology that is not there', () => {
    expect(isochrone(['generate', 'none.yaml'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('CLI_TOPOLOGY_UNREADABLE cannot read none.yaml: no such file'),
    });
  });
});

/** Loses one file, edits one below its banner, and leaves over one of an instance that is no more. */
function disturb(folder: string): void {
  const lost = join(folder, 'out/deploy-matrix.json');
  const edited = join(folder, 'out/dns/zone.txt');
  const leftOver = join(folder, 'out/proxies/proxy2-us-east-1-fast');
  const [banner = ''] = readFileSync(edited, 'utf8').split('\n');
  writeFileSync(edited, `${banner}\nedited by hand\n`);
  mkdirSync(leftOver);
  copyFileSync(join(folder, 'out/proxies/proxy1-us-east-1-fast/haproxy.cfg'), join(leftOver, 'haproxy.cfg'));
  rmSync(lost);
}
