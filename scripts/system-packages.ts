/**
 * What the tests need from the system (with the argument `bench`, what `npm run bench` needs): found by its programs,
 * installed with apt-get where that is allowed, and otherwise named together with the command that installs it.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface SystemPackage {
  /** Name of the Debian package. */
  readonly name: string;
  /** Programs of which one must exist. */
  readonly programs: readonly string[];
  /** Arguments with which a program that was found must succeed, where being there is not enough. */
  readonly works?: readonly string[];
  readonly purpose: string;
}

export const systemPackages: readonly SystemPackage[] = [
  { name: 'haproxy', programs: ['haproxy'], purpose: 'checks and runs the generated haproxy.cfg' },
  { name: 'chromium', programs: ['chromium'], purpose: 'shows the tour in a real browser' },
  { name: 'bind9-dnsutils', programs: ['dig'], purpose: 'asks the local DNS server as an outsider' },
  { name: 'shellcheck', programs: ['shellcheck'], purpose: "judges the scripts of an edge's machine" },
  { name: 'nginx-light', programs: ['nginx'], purpose: 'stands for the APIs where the benchmarks are tried' },
  { name: 'nghttp2-client', programs: ['h2load'], purpose: 'loads the proxy where the benchmarks are tried' },
  { name: 'socat', programs: ['socat'], purpose: "asks haproxy's socket what it knows, as a script does" },
  {
    name: 'python3-venv',
    programs: ['python3'],
    works: ['-c', 'import ensurepip, venv'],
    purpose: 'runs emulators of AWS',
  },
  { name: 'libnss3-tools', programs: ['certutil'], purpose: 'lets the browser trust the local CA' },
];

/** Whom the edges are compared with, and what loads them. */
export const benchPackages: readonly SystemPackage[] = [
  { name: 'haproxy', programs: ['haproxy'], purpose: "runs the generated haproxy.cfg and the story's" },
  { name: 'nginx-light', programs: ['nginx'], purpose: 'stands for the APIs, and is compared with' },
  { name: 'caddy', programs: ['caddy'], purpose: 'is compared with' },
  { name: 'nghttp2-client', programs: ['h2load'], purpose: 'loads over HTTP/1.1 and HTTP/2' },
  { name: 'hey', programs: ['hey'], purpose: 'loads with new connections' },
  { name: 'dnsperf', programs: ['dnsperf'], purpose: 'loads the DNS server' },
];

/** Debian keeps daemons in sbin, which an ordinary user's PATH leaves out. */
export const searchDirectories: readonly string[] = [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

export function missingPackages(
  directories: readonly string[],
  among: readonly SystemPackage[] = systemPackages,
): readonly SystemPackage[] {
  return among.filter(({ programs, works }) => {
    const paths = programs.flatMap((program) => directories.map((folder) => join(folder, program)));
    const found = paths.find(isProgram);
    if (found === undefined) return true;
    return works !== undefined && spawnSync(found, works, { stdio: 'ignore' }).status !== 0;
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What this process may do on this system. */
export interface Powers {
  readonly apt: boolean;
  readonly root: boolean;
  /** sudo that asks for no password. */
  readonly sudo: boolean;
}

/** The prefix of a command that may install packages, or null where only a person can. */
export function installerPrefix({ apt, root, sudo }: Powers): readonly string[] | null {
  if (!apt) return null;
  if (root) return [];
  return sudo ? ['sudo', '-n'] : null;
}

const APT_INSTALL = ['apt-get', 'install', '--yes', '--no-install-recommends'];

/** What to type in order to install `packages`. */
export const installCommand = (packages: readonly SystemPackage[]): string =>
  `sudo ${[...APT_INSTALL, ...packages.map(({ name }) => name)].join(' ')}`;

function powers(): Powers {
  const runs = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  return {
    apt: runs('apt-get', '--version'),
    root: process.getuid?.() === 0,
    sudo: runs('sudo', '-n', 'true'),
  };
}

function install(packages: readonly SystemPackage[], prefix: readonly string[]): void {
  const run = (...command: string[]): boolean => {
    const [program = 'env', ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
    console.log(`$ ${command.join(' ')}`);
    return spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  };
  // A lock timeout, because a machine that just booted may be updating itself.
  const options = ['-o', 'DPkg::Lock::Timeout=120', '-q'];
  const installation = [...APT_INSTALL, ...options, ...packages.map(({ name }) => name)];
  // The package lists may be absent (container images) or stale; they are fetched only when they are needed.
  if (!run(...installation) && run('apt-get', 'update', ...options)) run(...installation);
}

/** Makes every package present; returns one line per problem, empty when all is well. */
export function ensureSystemPackages(among: readonly SystemPackage[] = systemPackages): readonly string[] {
  const missing = missingPackages(searchDirectories, among);
  if (missing.length === 0) return [];
  const prefix = installerPrefix(powers());
  if (prefix !== null) install(missing, prefix);
  const stillMissing = missingPackages(searchDirectories, among);
  if (stillMissing.length === 0) return [];
  return [
    ...stillMissing.map(
      ({ name, programs, purpose }) => `missing: ${programs.join(' or ')} (package ${name}): ${purpose}`,
    ),
    `install with: ${installCommand(stillMissing)}`,
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = process.argv[2] === 'bench' ? benchPackages : systemPackages;
  const problems = ensureSystemPackages(wanted);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`present: ${wanted.map(({ name }) => name).join(', ')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
