import { publicHostname, type RegionName } from '@isochrone/topology';
import { byRegion, forgetsThePublicName, inRegions, releases, tourOrEdge } from './build-up.ts';
import { customDomains, DATA_STACK, edgeStack, instancesOf, tourStack, WATCH_STACK } from './deployed.ts';
import type { RecordChange } from './dns-diff.ts';
import { changesOf, type Sides } from './sides.ts';
import { type Step, step, theNames } from './step.ts';

/** The other way round: first nobody is sent there any more, and what is left goes when nobody can be there. */
export function tearDown(sides: Sides): readonly Step[] {
  const { from } = sides;
  if (from === null) return [];
  return [
    ...unpublish(sides, from),
    ...(forgetsThePublicName(sides) ? releases(sides) : []),
    ...drain(sides, from),
    ...watching(sides),
    ...names(sides),
    ...machines(sides),
    ...functions(sides, from),
    ...data(sides),
  ];
}

type From = NonNullable<Sides['from']>;

/** Whether a record was taken away or now leads elsewhere, so that answers which are still kept are wrong. */
const misleads = (change: RecordChange): boolean =>
  change.action === 'delete' ||
  (change.action === 'update' &&
    JSON.stringify(change.before.target) !== JSON.stringify(change.record.target));

function unpublish(sides: Sides, from: From): readonly Step[] {
  const { toDns, diff } = sides;
  const publicName = publicHostname(from);
  const published = changesOf(sides, 'public', ['delete']);
  const groups = changesOf(sides, 'group', ['delete']);
  const forget = (what: string): Step =>
    step('wait', `until resolvers have forgotten ${what}`, { seconds: longestTtl(from) });
  const publicChanged = diff.records.some(
    (change) => change.record.routing.policy === 'latency' && misleads(change),
  );
  // A resolver that knows the first CNAME still asks for the second; an instance may leave a group that stays.
  const groupsAreAsked =
    from.dns.chain === 'cname' ||
    groups.some(({ record }) => toDns.records.some(({ name }) => name === record.name));
  return [
    ...inRegions(
      published.filter(({ record }) => record.type === 'AAAA'),
      (region, records) => unpublished(sides, region, publicName, records, ' over IPv6'),
    ),
    ...inRegions(
      published.filter(({ record }) => record.type !== 'AAAA'),
      (region, records) => unpublished(sides, region, publicName, records, ''),
    ),
    ...(publicChanged ? [forget(`what ${publicName} led to`)] : []),
    ...inRegions(groups, (region, records) =>
      step(
        'dns',
        `take ${records.length === 1 ? '1 proxy' : `${records.length} proxies`} out of the group of ${region}`,
        {
          regions: [region],
          stacks: [edgeStack(region)],
          records,
        },
      ),
    ),
    ...(groups.length > 0 && groupsAreAsked ? [forget('who was in the groups')] : []),
  ];
}

const unpublished = (
  sides: Sides,
  region: RegionName,
  name: string,
  records: readonly RecordChange[],
  family: string,
): Step =>
  step('dns', `send no more visitors${family} to ${region}: ${name}`, {
    regions: [region],
    stacks: [sides.from?.ingress === 'direct' ? tourStack(region) : edgeStack(region)],
    records,
  });

/** Aliases to an API are answered with AWS's own TTL. */
const API_TTL_SECONDS = 60;
const longestTtl = ({ ingress, dns }: From): number =>
  ingress === 'direct' && dns.chain === 'alias' ? API_TTL_SECONDS : dns.ttl;

const goneInstances = ({ from, to }: Sides) => {
  const after = new Set(instancesOf(to).map(({ hostname }) => hostname));
  return instancesOf(from).filter(({ hostname }) => !after.has(hostname));
};

function drain(sides: Sides, from: From): readonly Step[] {
  const gone = byRegion(goneInstances(sides));
  if (gone.length === 0) return [];
  return [
    ...gone.map(([region, instances]) =>
      step('edge', `drain ${instances.map(({ hostname }) => hostname).join(', ')}`, {
        regions: [region],
        stacks: [edgeStack(region)],
        drains: instances.map(({ hostname }) => hostname),
      }),
    ),
    step('wait', 'until the proxies that leave have served whoever still came', { seconds: from.edge.drain }),
  ];
}

/** Calculated checks before those that they watch. */
function watching({ diff }: Sides): readonly Step[] {
  const changes = diff.healthChecks
    .filter(({ action }) => action === 'delete')
    .toSorted((a, b) => Number(a.check.kind === 'https') - Number(b.check.kind === 'https'));
  if (changes.length === 0) return [];
  const gone = changes.map(({ check }) => check.id).join(', ');
  const unwatched = [...Map.groupBy(changes, ({ check }) => check.owner)].map(([region, healthChecks]) =>
    step('health', `watch no more ${healthChecks.map(({ check }) => check.id).join(', ')}`, {
      regions: [region],
      stacks: [tourOrEdge(healthChecks[0]?.check.id ?? '', region)],
      healthChecks,
    }),
  );
  return [step('health', `end the alarms on ${gone}`, { stacks: [WATCH_STACK] }), ...unwatched];
}

function names(sides: Sides): readonly Step[] {
  return inRegions(changesOf(sides, 'names', ['delete']), (region, records) =>
    step('names', `remove the names that led to ${region} alone`, {
      regions: [region],
      stacks: [
        ...new Set(
          records.map(({ record }) =>
            record.target.kind === 'alias-api' ? tourStack(region) : edgeStack(region),
          ),
        ),
      ],
      records,
    }),
  );
}

function machines(sides: Sides): readonly Step[] {
  return byRegion(goneInstances(sides)).map(([region, instances]) =>
    step('edge', `stop ${instances.map(({ hostname }) => hostname).join(', ')}`, {
      regions: [region],
      stacks: [edgeStack(region)],
      stops: instances.map(({ hostname }) => hostname),
    }),
  );
}

function functions({ to, removed, kept }: Sides, from: From): readonly Step[] {
  return [
    ...kept.flatMap((region) => {
      const after = customDomains(to, region);
      const gone = customDomains(from, region).filter((name) => !after.includes(name));
      if (gone.length === 0) return [];
      return [
        step('domain', `delete ${theNames(gone, 'custom domain')} ${gone.join(', ')}`, {
          regions: [region],
          stacks: [tourStack(region)],
          stops: gone,
        }),
      ];
    }),
    ...removed.flatMap((region) => [
      step('function', `delete the functions and the API in ${region}`, {
        regions: [region],
        stacks: [tourStack(region)],
      }),
      step('domain', `delete the custom domains ${customDomains(from, region).join(', ')}`, {
        regions: [region],
        stacks: [tourStack(region)],
        stops: customDomains(from, region),
      }),
      step('certificate', `delete the certificate in ${region}`, {
        regions: [region],
        stacks: [tourStack(region)],
        note: 'the CNAME that validated it serves every region, and stays',
      }),
    ]),
    ...(from.ingress === 'proxy' && to.ingress === 'direct'
      ? [
          step('certificate', `retire the proxies' own *.${from.domain}`, {
            regions: [from.home],
            stacks: [DATA_STACK],
          }),
        ]
      : []),
  ];
}

function data({ removed }: Sides): readonly Step[] {
  return removed.map((region) =>
    step('data', `remove the table's replica in ${region}`, { regions: [region], stacks: [DATA_STACK] }),
  );
}
