import { readFileSync } from 'node:fs';
import { worldName, writeFigures } from '../drill/figures.ts';
import { drillReport } from '../drill/report.ts';
import { resolveFor } from '../drill/resolving.ts';
import { type DrillResult, judge } from '../drill/result.ts';
import { run } from '../drill/run.ts';
import { readScenario, type Scenario, shippedScenarios } from '../drill/scenario.ts';
import { plannedFaults } from '../drill/targets.ts';
import { startTraffic } from '../drill/traffic.ts';
import { type Control, type DrilledWorld, openControl } from '../drill/world.ts';
import { CliError } from '../errors.ts';
import { count, type Outcome } from '../outcome.ts';

export interface DrillOptions {
  /** Names of shipped scenarios, or files; all that are shipped where empty. */
  readonly scenarios: readonly string[];
  /** URL of the control API. */
  readonly control: string;
  /** A Markdown file to write the figures into. */
  readonly figures: string | undefined;
  /** Tells of the progress. */
  readonly say: (line: string) => void;
}

/**
 * Makes the running local world fail, in one way after the other, under the eyes of visitors.
 *
 * @throws CliError
 */
export async function drill({ scenarios, control: url, figures, say }: DrillOptions): Promise<Outcome> {
  const control = openControl(url);
  const world = await control.world();
  requireAddresses(world);
  const chosen = (scenarios.length > 0 ? scenarios : shippedScenarios()).map(readScenario);
  const ttlSeconds = await publicTtl(world);
  const results: DrillResult[] = [];
  for (const scenario of chosen) {
    const reason = impossible(scenario, world);
    if (reason !== undefined) {
      // Asked for by name, it must be possible; among all of them, it is left out.
      if (scenarios.length > 0) throw reason;
      say(`${scenario.name}: left out, ${reason.message}`);
      continue;
    }
    const result = await drillOne(scenario, control, ttlSeconds, say);
    results.push(result);
    say(drillReport(result));
  }
  if (figures !== undefined) writeFigures(figures, worldName(enginesOf(world), world.timeScale), results);
  const failed = results.filter(({ ok }) => !ok);
  return {
    ok: failed.length === 0,
    data: { timeScale: world.timeScale, engine: enginesOf(world), ttlSeconds, drills: results },
    report: `${count(results.length, 'drill')}, ${failed.length === 0 ? 'all within bounds' : `${failed.length} past bounds: ${failed.map(({ scenario }) => scenario).join(', ')}`}`,
    complaint: '',
  };
}

async function drillOne(
  scenario: Scenario,
  control: Control,
  ttlSeconds: number,
  say: DrillOptions['say'],
): Promise<DrillResult> {
  const world = await control.world();
  const traffic = startTraffic({
    url: world.scriptUrl,
    ca: readFileSync(world.ca, 'utf8'),
    dns: world.dns,
    port: world.frontDoor.port,
  });
  try {
    const timeline = await run(scenario, {
      control,
      world,
      ttlSeconds,
      traffic,
      say: (line) => say(`${scenario.name}: ${line}`),
    });
    await traffic.stop();
    return judge(scenario, traffic.visits, timeline, ttlSeconds);
  } finally {
    await traffic.stop();
  }
}

/** Why this world cannot be drilled so. */
function impossible(scenario: Scenario, world: DrilledWorld): CliError | undefined {
  if (world.regions.every(({ proxies }) => proxies.length === 0)) {
    return new CliError('CLI_DRILL_IMPOSSIBLE', 'this world has no proxies', {
      hint: 'drill a topology whose ingress is proxy: the bounds are about what proxies hide',
    });
  }
  try {
    plannedFaults(scenario.faults, world);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function requireAddresses({ regions, frontDoor }: DrilledWorld): void {
  const ports = regions.flatMap(({ api, proxies }) => [api.port, ...proxies.map(({ port }) => port)]);
  if (ports.every((port) => port === frontDoor.port)) return;
  throw new CliError('CLI_DRILL_IMPOSSIBLE', 'in this world every server has the same address', {
    hint: 'run the world without --single-address, on a system with more than one loopback address',
  });
}

/** Where the answer's addresses lead does not matter for how long it holds. */
const ANY_SUBNET = '198.18.1.0';

/** As long as resolvers keep the answer for the public name. */
async function publicTtl({ publicUrl, dns }: DrilledWorld): Promise<number> {
  const resolved = await resolveFor(ANY_SUBNET, new URL(publicUrl).hostname, dns);
  if (resolved) return resolved.ttlSeconds;
  throw new CliError('CLI_WORLD_UNREACHABLE', `no name server answers at ${dns.address}:${dns.port}`, {
    hint: 'look at the output of npm start',
  });
}

const enginesOf = ({ regions }: DrilledWorld): readonly string[] => [
  ...new Set(regions.flatMap(({ proxies }) => proxies.map(({ engine }) => engine))),
];
