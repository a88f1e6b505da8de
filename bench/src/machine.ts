import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release } from 'node:os';
import type { Machine } from './results.ts';
import { findProgram } from './stage/find-program.ts';

/** Programs that say their version on request, with how they are asked. */
const programs = [
  ['haproxy', '-v'],
  ['nginx', '-v'],
  ['caddy', 'version'],
  ['h2load', '--version'],
] as const;

/** Programs that do not, by their Debian package. */
const packaged = ['hey', 'dnsperf'] as const;

const packages = ['@fastify/http-proxy', 'fastify', 'undici7', 'http-proxy', 'httpxy', 'fast-proxy'] as const;

/** The machine, and the version of everything that is measured or measures. */
export function thisMachine(): Machine {
  const [first] = cpus();
  const versions = [
    ['Node', process.versions.node],
    ['OpenSSL of Node', process.versions.openssl],
    ...programs.map(([name, flag]) => [name, programVersion(name, flag)]),
    ...packaged.map((name) => [name, packageVersion(name)]),
    ...packages.map((name) => [name, manifestVersion(name)]),
  ];
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    versions: Object.fromEntries(versions),
  };
}

function programVersion(name: string, flag: string): string {
  const path = findProgram(name);
  if (path === undefined) return 'absent';
  const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8' });
  return /\d+\.\d+(?:\.\d+)*/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
}

function packageVersion(name: string): string {
  if (findProgram(name) === undefined) return 'absent';
  try {
    const status = execFileSync('dpkg', ['--status', name], { encoding: 'utf8' });
    return /^Version: (.+)$/m.exec(status)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function manifestVersion(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of paths) {
    try {
      const { version }: { readonly version: string } = JSON.parse(
        readFileSync(`${folder}/${name}/package.json`, 'utf8'),
      );
      return version;
    } catch {
      // In a folder further up, then.
    }
  }
  return 'unknown';
}
