import { spawnSync } from 'node:child_process';

/** The core that a contender has for itself, and the one that load, upstream and relay share. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

/** The command that runs a program on one core (util-linux). */
export const onCore = (core: number, command: readonly [string, ...string[]]): [string, ...string[]] => [
  'taskset',
  '--cpu-list',
  String(core),
  ...command,
];

/** Keeps this process, and what it starts from now on, off the contenders' core. */
export function moveToLoadCore(): void {
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(LOAD_CORE), String(process.pid)]);
}
