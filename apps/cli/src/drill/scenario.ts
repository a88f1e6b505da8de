import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliError } from '../errors.ts';
import { readInput } from '../explain/input-file.ts';

const SHIPPED = fileURLToPath(new URL('../../scenarios/', import.meta.url));

/** A failure to cause, and what it may cost. */
const scenarioSchema = z.strictObject({
  title: z.string().min(1),
  /** As `POST /faults` takes them; a target may be `region 2`, `region *`, `proxy 1/2`, `proxy 1/*` or `proxy *\/*`. */
  faults: z.array(z.looseObject({ kind: z.string(), target: z.string() })).min(1),
  /** One target after the other, each undone before the next. */
  inTurn: z.boolean().default(false),
  /** Whether health checks notice: then the drill waits for that, and for the TTL. */
  detection: z.boolean().default(false),
  /** Whether the drill waits until the proxies have left by themselves. */
  untilGone: z.boolean().default(false),
  /** Seconds for which the failure lasts beyond that. */
  hold: z.number().min(0).default(3),
  /**
   * Which requests may fail: `none`; those that began before health checks noticed and resolvers forgot; or those that
   * began before the failure was undone and noticed.
   */
  failures: z.enum(['none', 'until-rerouted', 'until-undone']),
});

export type Scenario = z.output<typeof scenarioSchema> & { readonly name: string };

/** In the order in which they are worth reading: from one proxy to everything. */
const ORDER = [
  'proxy-killed',
  'proxy-frozen',
  'region-proxies',
  'region-lost',
  'api-down',
  'api-slow',
  'api-certificate',
  'api-moved',
  'two-regions',
  'everything-down',
  'drain',
  'rolling-restart',
];

export const shippedScenarios = (): readonly string[] =>
  readdirSync(SHIPPED)
    .map((file) => basename(file, '.yaml'))
    .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

/**
 * Reads a scenario that is shipped, or one in a file of the user's.
 *
 * @throws CliError CLI_INPUT_UNREADABLE, CLI_SCENARIO_INVALID
 */
export function readScenario(nameOrFile: string): Scenario {
  const isShipped = shippedScenarios().includes(nameOrFile);
  const file = isShipped ? `${SHIPPED}${nameOrFile}.yaml` : nameOrFile;
  if (!isShipped && !/[./]/.test(nameOrFile)) {
    throw new CliError('CLI_SCENARIO_INVALID', `no scenario is called ${nameOrFile}`, {
      hint: `one of ${shippedScenarios().join(', ')}, or the path of a file`,
    });
  }
  const problems = (reasons: readonly string[]): CliError =>
    new CliError('CLI_SCENARIO_INVALID', `${file} is no scenario: ${reasons.join('; ')}`, {
      hint: `see ${SHIPPED}proxy-killed.yaml for one that is`,
    });
  let written: unknown;
  try {
    written = parse(readInput(file, '--scenario'));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw problems([error instanceof Error ? error.message : String(error)]);
  }
  const parsed = scenarioSchema.safeParse(written);
  if (!parsed.success) {
    throw problems(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  return { name: basename(nameOrFile).replace(/\.\w+$/, ''), ...parsed.data };
}
