import {
  homeLast,
  type ProxyInstance,
  publicHostname,
  type RegionName,
  waveOrder,
} from '@isochrone/topology';
import {
  bundleContent,
  customDomains,
  DATA_STACK,
  edgeStack,
  instancesOf,
  machineContent,
  proxyContent,
  stackSettings,
  tourStack,
  WATCH_STACK,
} from './deployed.ts';
import { isSame, type RecordChange } from './dns-diff.ts';
import { changesOf, flippedChanges, type Sides } from './sides.ts';
import { type Step, step, theNames } from './step.ts';

/**
 * What has to be there before visitors are sent to it, in that order: certificate, domain, function, the names of
 * single things, proxies, health checks, and last the records that lead visitors.
 */
export function buildUp(sides: Sides): readonly Step[] {
  return [
    ...data(sides),
    ...certificates(sides),
    ...domains(sides),
    ...functions(sides),
    ...settings(sides),
    ...apiNames(sides),
    ...proxies(sides),
    ...healthChecks(sides),
    ...visitors(sides),
  ];
}

const list = (items: readonly string[]): string => items.join(', ');

/** DynamoDB takes one change of replicas at a time. */
function data({ from, to, added }: Sides): readonly Step[] {
  return homeLast(added, to.home)
    .toReversed()
    .map((region) =>
      from === null && region === to.home
        ? step('data', `create the table in ${region}, the home`, { regions: [region], stacks: [DATA_STACK] })
        : step('data', `add the table's replica in ${region}, and wait until it is active`, {
            regions: [region],
            stacks: [DATA_STACK],
          }),
    );
}

function certificates({ from, to, added, kept }: Sides): readonly Step[] {
  const renamed = from !== null && from.domain !== to.domain;
  const regions = renamed ? [...kept, ...added] : added;
  const edgeIsNew = to.ingress === 'proxy' && (renamed || from === null || from.ingress !== 'proxy');
  return [
    ...(regions.length === 0
      ? []
      : [
          step('certificate', `issue *.${to.domain} in ${list(regions)}, validated by DNS`, {
            regions,
            stacks: regions.map(tourStack),
          }),
        ]),
    ...(edgeIsNew
      ? [
          step('certificate', `issue the proxies' own *.${to.domain}, and keep it in the replicated secret`, {
            regions: [to.home],
            stacks: [DATA_STACK],
          }),
        ]
      : []),
  ];
}

function domains({ from, to, added, kept }: Sides): readonly Step[] {
  return [...kept, ...added].flatMap((region) => {
    const old = from === null || added.includes(region) ? [] : customDomains(from, region);
    const fresh = customDomains(to, region).filter((name) => !old.includes(name));
    if (fresh.length === 0) return [];
    return [
      step('domain', `create ${theNames(fresh, 'custom domain')} ${list(fresh)}`, {
        regions: [region],
        stacks: [tourStack(region)],
        starts: fresh,
      }),
    ];
  });
}

function functions(sides: Sides): readonly Step[] {
  const { added } = sides;
  return [
    ...added.map((region) =>
      step('function', `deploy the functions and the API in ${region}, and ask its /healthz`, {
        regions: [region],
        stacks: [tourStack(region)],
      }),
    ),
    ...(forgetsThePublicName(sides) ? [] : releases(sides)),
  ];
}

/** A bundle for proxies answers no request for the public name, so nobody may ask an API for that any more. */
export const forgetsThePublicName = ({ from, to }: Sides): boolean =>
  from?.ingress === 'direct' && to.ingress === 'proxy';

/** The new bundle, region by region, where the old one would say something else. */
export function releases({ from, to, kept }: Sides): readonly Step[] {
  if (from === null || isSame(bundleContent(from), bundleContent(to))) return [];
  return kept.map((region) =>
    step('function', `release the new bundle in ${region}`, {
      regions: [region],
      stacks: [tourStack(region)],
    }),
  );
}

function settings({ from, to, kept }: Sides): readonly Step[] {
  if (from === null || isSame(stackSettings(from), stackSettings(to))) return [];
  const alarmed = !isSame(from.alarms, to.alarms);
  const edges = alarmed && to.ingress === 'proxy' && from.ingress === 'proxy' ? kept.map(edgeStack) : [];
  return [
    step('function', `settle how functions run and who is told in ${list(kept)}`, {
      regions: kept,
      stacks: [...kept.map(tourStack), ...edges, ...(alarmed ? [WATCH_STACK] : [])],
    }),
  ];
}

const leadsToApi = ({ record }: RecordChange): boolean => record.target.kind === 'alias-api';

/** Proxies look the APIs up by name, so these come first. */
function apiNames(sides: Sides): readonly Step[] {
  const changes = changesOf(sides, 'names', ['create', 'update']).filter(leadsToApi);
  return inRegions(changes, (region, records) =>
    step('names', `name the API of ${region}`, { regions: [region], stacks: [tourStack(region)], records }),
  );
}

function proxies(sides: Sides): readonly Step[] {
  const { from, to } = sides;
  const before = new Map(instancesOf(from).map((instance) => [instance.hostname, instance]));
  const order = waveOrder(to);
  const wanted = order.flatMap((region) => instancesOf(to).filter((instance) => instance.region === region));
  const fresh = wanted.filter(({ hostname }) => !before.has(hostname));
  return [
    ...byRegion(fresh).map(([region, instances]) =>
      step('edge', `start ${list(instances.map(({ hostname }) => hostname))}, and wait for /healthz`, {
        regions: [region],
        stacks: [edgeStack(region)],
        starts: instances.map(({ hostname }) => hostname),
      }),
    ),
    ...inRegions(
      changesOf(sides, 'names', ['create', 'update']).filter((change) => !leadsToApi(change)),
      (region, records) =>
        step('names', `name the proxies of ${region}`, {
          regions: [region],
          stacks: [edgeStack(region)],
          records,
        }),
    ),
    ...wanted.flatMap((instance) => {
      const old = before.get(instance.hostname);
      return old === undefined || from === null ? [] : changedProxy(sides, from, old, instance);
    }),
  ];
}

/** One at a time: whoever is replaced has left DNS before. */
function changedProxy(
  { to }: Sides,
  from: NonNullable<Sides['from']>,
  old: ProxyInstance,
  instance: ProxyInstance,
): readonly Step[] {
  const { hostname, region } = instance;
  const where = { regions: [region], stacks: [edgeStack(region)] };
  if (!isSame(machineContent(from, old), machineContent(to, instance))) {
    const how =
      old.engine === instance.engine
        ? `the machine of ${hostname} by ${to.edge.instanceType}`
        : `${old.engine} by ${instance.engine} on ${hostname}`;
    return [
      step('edge', `drain ${hostname}`, { ...where, drains: [hostname] }),
      step('wait', `until nobody is sent to ${hostname} any more`, {
        regions: [region],
        seconds: from.edge.drain,
      }),
      step('edge', `replace ${how}, and wait for /healthz`, { ...where, starts: [hostname] }),
    ];
  }
  if (isSame(proxyContent(from, old), proxyContent(to, instance))) return [];
  return [step('edge', `reload ${hostname} with its new configuration`, where)];
}

/** Endpoint checks before the calculated ones that watch them. */
function healthChecks({ diff }: Sides): readonly Step[] {
  const changes = diff.healthChecks
    .filter(({ action }) => action !== 'delete')
    .toSorted((a, b) => rank(a.check.kind) - rank(b.check.kind));
  const watched = [...Map.groupBy(changes, ({ check }) => check.owner)].map(([region, healthChecks]) => {
    const replaced = healthChecks.some(({ action }) => action === 'replace');
    return step('health', `watch ${list(healthChecks.map(({ check }) => check.id))}`, {
      regions: [region],
      stacks: [tourOrEdge(healthChecks.map(({ check }) => check.id)[0] ?? '', region)],
      healthChecks,
      ...(replaced ? { note: 'the new checks count as healthy until they know better' } : {}),
    });
  });
  const others = changes.filter(({ action }) => action !== 'update').map(({ check }) => check.id);
  if (others.length === 0) return watched;
  return [
    ...watched,
    step('health', `tell somebody when one is unhealthy: ${list(others)}`, { stacks: [WATCH_STACK] }),
  ];
}

const rank = (kind: 'https' | 'calculated'): number => (kind === 'https' ? 0 : 1);

/** Proxies' checks belong to the stack of the proxies, APIs' to that of the API. */
export const tourOrEdge = (checkId: string, region: RegionName): string =>
  checkId.startsWith('proxy') ? edgeStack(region) : tourStack(region);

/** A group before the alias that leads to it; addresses for IPv4 before those for IPv6, which most visitors prefer. */
function visitors(sides: Sides): readonly Step[] {
  const { to } = sides;
  const name = publicHostname(to);
  const stacks = (region: RegionName): readonly string[] => publicStacks(sides, region);
  const flipped = flippedChanges(sides);
  const published = changesOf(sides, 'public', ['create', 'update']);
  const toRegions = (changes: readonly RecordChange[], family: string): readonly Step[] =>
    order(sides, changes).map(([region, records]) =>
      step(
        'dns',
        records.some(({ action }) => action === 'create')
          ? `send visitors${family} to ${region}: ${name}`
          : `change the record of ${name} for ${region}${family}`,
        { regions: [region], stacks: stacks(region), records, ...noteOn(sides, family, stacks(region)) },
      ),
    );
  return [
    ...inRegions(changesOf(sides, 'group', ['create', 'update']), (region, records) =>
      step('dns', `bring the group of proxies of ${region} up to date`, {
        regions: [region],
        stacks: [edgeStack(region)],
        records,
      }),
    ),
    ...(flipped.length === 0
      ? []
      : [
          step('dns', `change ${list([...sides.flips].toSorted())} in one batch`, {
            regions: [...new Set(flipped.map(({ record }) => record.owner))],
            records: flipped,
            note: 'Route 53 makes all of these changes or none; stacks cannot, so this batch is sent by hand and the stacks take the records over',
          }),
        ]),
    ...toRegions(
      published.filter(({ record }) => record.type !== 'AAAA'),
      '',
    ),
    ...toRegions(
      published.filter(({ record }) => record.type === 'AAAA'),
      ' over IPv6',
    ),
  ];
}

function noteOn(
  { from }: Sides,
  family: string,
  [before, after]: readonly string[],
): { readonly note?: string } {
  if (family !== '' && from?.ingress === 'proxy') {
    return { note: 'until every region has its AAAA record, visitors with IPv6 reach those that have one' };
  }
  // Two stacks cannot own one record, and a record that is there cannot be created.
  return after === undefined
    ? {}
    : {
        note: `the record passes from ${before} to ${after}: change it by one UPSERT, retain it there, import it here`,
      };
}

/** The stack that writes a region's record of the public name; two where it passes from one to the other. */
function publicStacks({ from, to, added }: Sides, region: RegionName): readonly string[] {
  const owner = (ingress: string): string => (ingress === 'proxy' ? edgeStack(region) : tourStack(region));
  const before = from === null || added.includes(region) ? [] : [owner(from.ingress)];
  return [...new Set([...before, owner(to.ingress)])];
}

const order = (
  { to }: Sides,
  changes: readonly RecordChange[],
): readonly (readonly [RegionName, readonly RecordChange[]])[] => {
  const groups = Map.groupBy(changes, ({ record }) => record.owner);
  return homeLast([...groups.keys()], to.home).map((region) => [region, groups.get(region) ?? []]);
};

export function inRegions(
  changes: readonly RecordChange[],
  make: (region: RegionName, records: readonly RecordChange[]) => Step,
): readonly Step[] {
  return [...Map.groupBy(changes, ({ record }) => record.owner)].map(([region, records]) =>
    make(region, records),
  );
}

export const byRegion = (
  instances: readonly ProxyInstance[],
): readonly (readonly [RegionName, readonly ProxyInstance[]])[] => [
  ...Map.groupBy(instances, ({ region }) => region),
];
