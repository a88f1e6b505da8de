import { CliError } from '../errors.ts';
import type { DrilledWorld } from './world.ts';

/** One fault with a target of this world. */
export interface PlannedFault {
  readonly body: Readonly<Record<string, unknown>>;
  /** The proxies that health checks will find ill. */
  readonly proxies: readonly string[];
}

type Written = Readonly<Record<string, unknown>> & { readonly kind: string; readonly target: string };

/**
 * Puts this world's names in for `region 2` and `proxy 1/*`, numbered as the topology lists them.
 *
 * @throws CliError CLI_DRILL_IMPOSSIBLE
 */
export function plannedFaults(faults: readonly Written[], world: DrilledWorld): readonly PlannedFault[] {
  return faults.flatMap((fault) =>
    namesOf(fault.target, world).map((target) => ({
      body: { ...fault, target },
      proxies: proxiesOf(fault.kind, target, world),
    })),
  );
}

function namesOf(written: string, { regions }: DrilledWorld): readonly string[] {
  const found = /^(region|proxy) (\d+|\*)(?:\/(\d+|\*))?$/.exec(written);
  if (!found) return [written];
  const [, what, region = '*', number = '*'] = found;
  const picked = pick(regions, region);
  const names =
    what === 'region'
      ? picked.map(({ name }) => name)
      : picked.flatMap(({ proxies }) => pick(proxies, number).map(({ host }) => host));
  if (names.length > 0) return names;
  throw new CliError('CLI_DRILL_IMPOSSIBLE', `this world has no ${written}`, {
    hint: 'choose another scenario, or add regions and proxies to the topology',
  });
}

const pick = <T>(all: readonly T[], which: string): readonly T[] =>
  which === '*' ? all : all.slice(Number(which) - 1, Number(which));

/** Ids of their health checks: the first labels of their hosts. */
function proxiesOf(kind: string, target: string, { regions }: DrilledWorld): readonly string[] {
  return regions
    .flatMap(({ name, proxies }) => proxies.map((proxy) => ({ region: name, ...proxy })))
    .filter(({ region, host, name }) =>
      kind === 'region-down' ? region === target : host === target || name === target,
    )
    .map(({ name }) => name);
}
