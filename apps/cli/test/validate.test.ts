import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture, isochrone, temporaryFolder } from './command.ts';

/** `file:line CODE` of each problem in a report. */
const placesIn = (report: string): readonly string[] =>
  [...report.matchAll(/^(\S+?):(\d+):\d+ ([A-Z_]+) /gm)].map(
    ([, file, line, code]) => `${file}:${line} ${code}`,
  );

describe('isochrone validate', () => {
  it('says in one line what a valid topology holds', () => {
    expect(isochrone(['validate'])).toEqual({
      status: 0,
      stdout: 'ok topologies/production.yaml: 3 regions, 6 proxies, 16 hostnames\n',
      stderr: '',
    });
  });

  it('reports five mistakes as five problems, each at its line', () => {
    const folder = temporaryFolder();
    copyFileSync(fixture('five-mistakes.yaml'), join(folder, 'edge.yaml'));
    const { status, stdout } = isochrone(['validate', 'edge.yaml'], { cwd: folder });
    expect(placesIn(stdout)).toEqual([
      'edge.yaml:4 TOPOLOGY_HOME_NOT_A_REGION',
      'edge.yaml:5 TOPOLOGY_UNKNOWN_KEY',
      'edge.yaml:6 TOPOLOGY_INVALID_VALUE',
      'edge.yaml:7 TOPOLOGY_TTL_TOO_LONG',
      'edge.yaml:10 TOPOLOGY_UNKNOWN_REGION',
    ]);
    expect(stdout).toContain('did you mean eu-west-1?');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('edge.yaml: 5 problems');
    expect(status).toBe(1);
  });

  it('judges every file, also after one that fails', () => {
    const { status, stdout } = isochrone([
      'validate',
      fixture('five-mistakes.yaml'),
      'topologies/staging.yaml',
    ]);
    expect(stdout).toMatch(/5 problems\nok topologies\/staging\.yaml: 1 region, 0 proxies, 3 hostnames\n$/);
    expect(status).toBe(1);
  });

  it('takes a file as an argument, as --topology, or both', () => {
    const staging = 'topologies/staging.yaml';
    const asArgument = isochrone(['validate', staging]);
    expect(isochrone(['validate', '--topology', staging])).toEqual(asArgument);
    const { stdout } = isochrone(['validate', 'topologies/production.yaml', '--topology', staging]);
    expect(stdout.match(/^ok /gm)).toHaveLength(2);
  });

  it('finds its default from any directory, and the files that it is given from the current one', () => {
    const folder = temporaryFolder();
    copyFileSync(fixture('one-region.yaml'), join(folder, 'mine.yaml'));
    expect(isochrone(['validate'], { cwd: folder }).stdout).toMatch(
      /^ok \S+topologies\/production\.yaml: 3 regions/,
    );
    expect(isochrone(['validate', 'mine.yaml'], { cwd: folder }).stdout).toBe(
      'ok mine.yaml: 1 region, 1 proxy, 5 hostnames\n',
    );
  });

  it('prints nothing but JSON on request', () => {
    const file = fixture('five-mistakes.yaml');
    const { status, stdout, stderr } = isochrone(['validate', '--json', file, 'topologies/production.yaml']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      files: [
        {
          file,
          ok: false,
          problems: [
            { line: 4 },
            { line: 5 },
            { line: 6 },
            { line: 7 },
            { line: 10, suggestion: 'eu-west-1' },
          ],
        },
        { file: 'topologies/production.yaml', ok: true, regions: 3, proxies: 6, hostnames: 16, problems: [] },
      ],
    });
  });
});

describe('isochrone validate rejects', () => {
  it('a file that is not there, and names those that are', () => {
    const { status, stdout } = isochrone(['validate', 'topologies/prod.yaml']);
    expect(stdout).toBe(
      'CLI_TOPOLOGY_UNREADABLE cannot read topologies/prod.yaml: no such file\n' +
        '  name a topology file; the workspace has topologies/production.yaml, topologies/staging.yaml\n',
    );
    expect(status).toBe(1);
  });

  it('a directory', () => {
    const { status, stdout } = isochrone(['validate', 'topologies']);
    expect(stdout).toContain('cannot read topologies: it is a directory');
    expect(status).toBe(1);
  });

  it('a link that leads nowhere', () => {
    const file = join(temporaryFolder(), 'loop.yaml');
    symlinkSync(file, file);
    expect(isochrone(['validate', file])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('too many symbolic links'),
    });
  });

  it('an empty file and one that is no YAML, without a stack trace', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty.yaml'), '');
    writeFileSync(join(folder, 'broken.yaml'), 'service: [\n');
    const { status, stdout, stderr } = isochrone(['validate', 'empty.yaml', 'broken.yaml'], { cwd: folder });
    expect(stdout).toMatch(/^empty\.yaml:1:1 TOPOLOGY_/m);
    expect(stdout).toMatch(/^broken\.yaml:\d+:\d+ TOPOLOGY_SYNTAX /m);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
  });
});
