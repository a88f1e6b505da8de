import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import type { Scenario } from './scenario.ts';
import { type PlannedFault, plannedFaults } from './targets.ts';
import type { Traffic } from './traffic.ts';
import type { Control, DrilledWorld } from './world.ts';

/** When what happened, in milliseconds since the epoch. */
export interface Timeline {
  readonly begun: number;
  /** The first fault held. */
  readonly failed: number;
  /** Health checks had found the last of the proxies ill; null where that was not waited for. */
  readonly detected: number | null;
  readonly undone: number;
  /** Health checks found everybody well again. */
  readonly recovered: number;
  readonly ended: number;
}

export interface RunOptions {
  readonly control: Control;
  readonly world: DrilledWorld;
  readonly ttlSeconds: number;
  readonly traffic: Traffic;
  readonly say: (line: string) => void;
}

const POLL_MS = 200;
/** Of visits without a failure before it, to know where everybody belongs, and after everything is well again. */
const CALM_MS = 5_000;
/** The longest wait: detection in real time takes half a minute, a drain two. */
const LIMIT_MS = 300_000;

/**
 * Causes what the scenario asks for, waits, and undoes it, while visitors come and go.
 *
 * @throws CliError CLI_DRILL_IMPOSSIBLE, CLI_WORLD_UNREACHABLE
 */
export async function run(scenario: Scenario, options: RunOptions): Promise<Timeline> {
  const { control, world, ttlSeconds, say } = options;
  const faults = plannedFaults(scenario.faults, world);
  const begun = await calmSince(options.traffic);
  const failed = Date.now();
  let detected: number | null = null;
  try {
    // Together, unless one after the other is asked for.
    for (const round of scenario.inTurn ? faults.map((fault) => [fault]) : [faults]) {
      for (const { body } of round) {
        say(`${String(body['kind'])} ${String(body['target'])}`);
        await control.make(body);
      }
      if (scenario.detection) detected = await detection(control, round, failed);
      if (scenario.detection) say(`noticed after ${seconds(detected ?? failed, failed)}`);
      if (scenario.untilGone) await untilGone(control, round);
      if (scenario.inTurn) {
        await control.undoAll();
        await allHealthy(control);
      }
    }
    if (scenario.detection) await sleep(ttlSeconds * 1_000);
    await sleep((scenario.hold * 1_000) / (scenario.detection ? 1 : Math.sqrt(world.timeScale)));
  } finally {
    await control.undoAll();
  }
  const undone = Date.now();
  say('undone');
  await allHealthy(control);
  const recovered = Date.now();
  await sleep(ttlSeconds * 1_000 + CALM_MS);
  return { begun, failed, detected, undone, recovered, ended: Date.now() };
}

/** Since when visitors have been served without a failure: what fails before says nothing of the drill. */
async function calmSince({ visits }: Traffic): Promise<number> {
  let since = Date.now();
  await until('no visitor fails before the drill has begun', async () => {
    since = Math.max(
      since,
      ...visits.filter(({ failure }) => failure !== undefined).map(({ at, ms }) => at + ms + 1),
    );
    return Date.now() - since >= CALM_MS;
  });
  return since;
}

const seconds = (until: number, since: number): string => `${((until - since) / 1_000).toFixed(1)} s`;

/** When the last of the proxies was found ill. */
async function detection(control: Control, faults: readonly PlannedFault[], since: number): Promise<number> {
  const ids = new Set(faults.flatMap(({ proxies }) => proxies));
  let last = since;
  await until('health checks notice', async () => {
    const checks = (await control.checks()).filter(({ id }) => ids.has(id));
    if (checks.some(({ healthy }) => healthy)) return false;
    last = Math.max(...checks.map(({ history }) => Date.parse(history.at(-1)?.at ?? '')));
    return true;
  });
  return last;
}

async function untilGone(control: Control, faults: readonly PlannedFault[]): Promise<void> {
  const names = new Set(faults.flatMap(({ proxies }) => proxies));
  await until('the proxies have left', async () => {
    const { regions } = await control.world();
    return regions
      .flatMap(({ proxies }) => proxies)
      .every(({ name, pid }) => !names.has(name) || pid === null);
  });
}

const allHealthy = (control: Control): Promise<void> =>
  until('everything is well again', async () => (await control.checks()).every(({ healthy }) => healthy));

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new CliError('CLI_DRILL_IMPOSSIBLE', `waited ${LIMIT_MS / 1_000} s in vain until ${what}`, {
        hint: 'look at GET /health-checks and at the logs of the local world',
      });
    }
    await sleep(POLL_MS);
  }
}
