import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  benchPackages,
  installCommand,
  installerPrefix,
  missingPackages,
  searchDirectories,
  systemPackages,
} from '../scripts/system-packages.ts';

function folderWith(...programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const program of programs) {
    writeFileSync(join(folder, program), '#!/bin/sh\n');
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

describe('system packages', () => {
  it('are all missing where no program is found', () => {
    expect(missingPackages([folderWith()])).toEqual(systemPackages);
  });

  it('are found by their programs in any of the folders', () => {
    const missing = missingPackages([folderWith('dig', 'certutil'), folderWith('chromium')]);
    expect(missing.map(({ name }) => name)).toEqual([
      'haproxy',
      'shellcheck',
      'nginx-light',
      'nghttp2-client',
      'socat',
      'python3-venv',
    ]);
  });

  it('are missing where the program is there and does not work', () => {
    const folder = folderWith('python3');
    expect(missingPackages([folder]).map(({ name }) => name)).not.toContain('python3-venv');
    writeFileSync(join(folder, 'python3'), '#!/bin/sh\nexit 1\n');
    expect(missingPackages([folder]).map(({ name }) => name)).toContain('python3-venv');
  });

  it('are others for the benchmarks', () => {
    const missing = missingPackages(
      [folderWith('nginx', 'haproxy', 'h2load', 'hey', 'dnsperf')],
      benchPackages,
    );
    expect(missing.map(({ name }) => name)).toEqual(['caddy']);
  });

  it('are looked for in the folder of daemons, which a PATH may leave out', () => {
    expect(searchDirectories).toContain('/usr/sbin');
  });

  it('are installed by root directly, and by others through a sudo that asks nothing', () => {
    expect(installerPrefix({ apt: true, root: true, sudo: false })).toEqual([]);
    expect(installerPrefix({ apt: true, root: false, sudo: true })).toEqual(['sudo', '-n']);
  });

  it('are left to a person where apt-get or the right to use it is lacking', () => {
    expect(installerPrefix({ apt: false, root: true, sudo: true })).toBeNull();
    expect(installerPrefix({ apt: true, root: false, sudo: false })).toBeNull();
  });

  it('are named in the command to type', () => {
    expect(installCommand(systemPackages.slice(0, 2))).toBe(
      'sudo apt-get install --yes --no-install-recommends haproxy chromium',
    );
  });
});
