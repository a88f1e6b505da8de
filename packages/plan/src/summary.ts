import type { RegionName, Topology } from '@isochrone/topology';
import {
  bundleContent,
  DATA_STACK,
  instancesOf,
  machineContent,
  proxyContent,
  regionsOf,
  WATCH_STACK,
} from './deployed.ts';
import { diffDns, isSame } from './dns-diff.ts';
import type { Sides } from './sides.ts';
import type { Step } from './step.ts';

/** What differs, by who is concerned. */
export interface Summary {
  readonly settings: readonly Setting[];
  readonly regions: { readonly added: readonly RegionName[]; readonly removed: readonly RegionName[] };
  readonly function: {
    /** Whether the bundle that every region runs is another one. */
    readonly newBundle: boolean;
    readonly deployed: readonly RegionName[];
    readonly deleted: readonly RegionName[];
  };
  readonly proxies: {
    readonly started: readonly string[];
    readonly replaced: readonly string[];
    readonly reloaded: readonly string[];
    readonly stopped: readonly string[];
  };
  readonly dns: {
    readonly records: Counts;
    readonly healthChecks: Counts;
  };
  readonly stacks: {
    readonly created: readonly string[];
    readonly updated: readonly string[];
    readonly deleted: readonly string[];
  };
}

/** One value of the topology file that changes for all regions. */
export interface Setting {
  /** `dns.ttl`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly unchanged: number;
}

export function summarize(sides: Sides, steps: readonly Step[]): Summary {
  const { from, to, added, removed, fromDns, toDns } = sides;
  const diff = diffDns(fromDns, toDns);
  return {
    settings: from === null ? [] : settingsBetween(from, to),
    regions: { added, removed },
    function: {
      newBundle: from !== null && !isSame(bundleContent(from), bundleContent(to)),
      deployed: added,
      deleted: removed,
    },
    proxies: proxiesBetween(from, to),
    dns: {
      records: counts(diff.records, fromDns.records.length),
      healthChecks: counts(diff.healthChecks, fromDns.healthChecks.length),
    },
    stacks: stacksBetween(sides, steps),
  };
}

/** Leaves of the topology outside `regions`, as dotted paths. */
function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

function settingsBetween(from: Topology, to: Topology): readonly Setting[] {
  const flat = ({ regions: _, ...settings }: Topology) => new Map(leaves(settings, ''));
  const after = flat(to);
  return [...flat(from)].flatMap(([path, before]) => {
    const value = after.get(path);
    return value === undefined || value === before ? [] : [{ path, before, after: value }];
  });
}

function proxiesBetween(from: Topology | null, to: Topology): Summary['proxies'] {
  const before = new Map(instancesOf(from).map((instance) => [instance.hostname, instance]));
  const after = new Set(instancesOf(to).map(({ hostname }) => hostname));
  const kept = instancesOf(to).flatMap((instance) => {
    const old = before.get(instance.hostname);
    return old === undefined || from === null ? [] : [{ from, old, instance }];
  });
  const isReplaced = ({ from: source, old, instance }: (typeof kept)[number]): boolean =>
    !isSame(machineContent(source, old), machineContent(to, instance));
  const replaced = kept.filter(isReplaced);
  const reloaded = kept.filter(
    (each) =>
      !isReplaced(each) && !isSame(proxyContent(each.from, each.old), proxyContent(to, each.instance)),
  );
  return {
    started: [...after].filter((hostname) => !before.has(hostname)),
    replaced: replaced.map(({ instance }) => instance.hostname),
    reloaded: reloaded.map(({ instance }) => instance.hostname),
    stopped: [...before.keys()].filter((hostname) => !after.has(hostname)),
  };
}

function counts(changes: readonly { readonly action: string }[], before: number): Counts {
  const of = (...actions: readonly string[]): number =>
    changes.filter(({ action }) => actions.includes(action)).length;
  const [update, gone] = [of('update', 'replace'), of('delete')];
  return { create: of('create'), update, delete: gone, unchanged: before - update - gone };
}

function stacksBetween({ from, to }: Sides, steps: readonly Step[]): Summary['stacks'] {
  const before = new Set(stacksOf(from));
  const after = new Set(stacksOf(to));
  const touched = new Set(steps.flatMap(({ stacks }) => stacks));
  return {
    created: [...after].filter((stack) => !before.has(stack)),
    updated: [...after].filter((stack) => before.has(stack) && touched.has(stack)),
    deleted: [...before].filter((stack) => !after.has(stack)),
  };
}

/** What apps/infra makes of a topology. */
function stacksOf(topology: Topology | null): readonly string[] {
  if (topology === null) return [];
  const regions = regionsOf(topology);
  return [
    DATA_STACK,
    ...regions.map((region) => `Tour-${region}`),
    ...(topology.ingress === 'proxy' ? regions.map((region) => `Edge-${region}`) : []),
    WATCH_STACK,
  ];
}
