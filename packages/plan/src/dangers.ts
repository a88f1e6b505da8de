import { publicHostname, type RegionName } from '@isochrone/topology';
import { instancesOf, machineContent, regionsOf } from './deployed.ts';
import { isSame, type RecordChange } from './dns-diff.ts';
import type { Danger } from './errors.ts';
import type { Sides } from './sides.ts';

/** Looks at a change and says what may go wrong for visitors. */
type Guard = (
  sides: Sides,
  from: NonNullable<Sides['from']>,
  isUp: (check: string) => boolean,
) => readonly Danger[];

/** As octoDNS does: below so many records a share says nothing. */
const MIN_RECORDS_FOR_SHARE = 10;
const MAX_SHARE = 1 / 3;

const keepsAHealthyRegion: Guard = ({ from, fromDns, kept }, { regions }, isUp) => {
  const healthy = (region: RegionName): boolean => {
    const checks = fromDns.healthChecks.filter(({ owner, kind }) => owner === region && kind === 'https');
    return checks.length === 0 || checks.some(({ id }) => isUp(id));
  };
  if (from === null || kept.some(healthy)) return [];
  const lost = regions.map(({ name }) => name).filter((region) => !kept.includes(region));
  const ill = kept.filter((region) => !healthy(region));
  return [
    {
      code: 'PLAN_LAST_HEALTHY_REGION',
      message: `no region that serves now would be left: ${lost.join(', ')} would go${ill.length > 0 ? `, and ${ill.join(', ')} is down` : ''}`,
      hint: 'add the new regions first, see them serve, and remove the old ones with a second change',
    },
  ];
};

const keepsTheHome: Guard = ({ to, removed }, from) => {
  if (from.home === to.home) return [];
  const how = removed.includes(from.home) ? 'is removed' : `passes to ${to.home}`;
  return [
    {
      code: 'PLAN_HOME_MOVED',
      message: `the home ${from.home} ${how}: the table's stack lives there, and every account's writes that name no other home`,
      hint: `keep home: ${from.home}, or move the table and the accounts first`,
    },
  ];
};

const keepsTheAccount: Guard = ({ to }, from) => {
  if (from.account === undefined || to.account === undefined || from.account === to.account) return [];
  return [
    {
      code: 'PLAN_ACCOUNT_CHANGED',
      message: `the account ${from.account} becomes ${to.account}: everything would be made anew there, and stay here`,
      hint: 'deploy the other account as a topology of its own, with a service or domain of its own',
    },
  ];
};

const keepsThePublicName: Guard = ({ to }, from) => {
  const before = `${publicHostname(from)} in ${from.hostedZoneId}`;
  const after = `${publicHostname(to)} in ${to.hostedZoneId}`;
  if (before === after) return [];
  return [
    {
      code: 'PLAN_PUBLIC_NAME_CHANGED',
      message: `the public name ${before} becomes ${after}: pages that load the script from the old one get nothing`,
      hint: 'deploy the new name as a topology of its own, and retire the old one when nobody asks for it any more',
    },
  ];
};

const keepsPolicyKinds: Guard = ({ fromDns, toDns }) => {
  const kinds = new Map(
    fromDns.records.map(({ name, type, routing }) => [`${name} ${type}`, routing.policy]),
  );
  const changed = new Map(
    toDns.records.flatMap(({ name, type, routing }) => {
      const before = kinds.get(`${name} ${type}`);
      return before === undefined || before === routing.policy
        ? []
        : [[`${name} ${type}`, `${name} ${type} from ${before} to ${routing.policy}`] as const];
    }),
  );
  return [...changed.values()].map((what) => ({
    code: 'PLAN_POLICY_KIND_CHANGED',
    message: `the routing policy of a live name would change: ${what}`,
    hint: 'choose a service whose names are not in use; Route 53 refuses records of two policies under one name',
  }));
};

const keepsHealthChecks: Guard = ({ diff }) => {
  const replaced = diff.healthChecks
    .filter(({ action }) => action === 'replace')
    .map(({ check }) => check.id);
  if (replaced.length === 0) return [];
  return [
    {
      code: 'PLAN_HEALTH_CHECK_REPLACED',
      message: `${replaced.length} health checks would be replaced in place, because their interval is immutable: ${replaced.join(', ')}`,
      hint: 'keep healthCheck.interval; or do it while everything is healthy, as a new check counts as healthy until it knows better',
    },
  ];
};

/** A proxy that is replaced is away meanwhile. */
const keepsAProxy: Guard = ({ to }, from) => {
  const before = new Map(
    instancesOf(from).map((instance) => [instance.hostname, machineContent(from, instance)]),
  );
  const after = instancesOf(to);
  const [only] = after;
  const replaced = after.filter((instance) => {
    const old = before.get(instance.hostname);
    return old !== undefined && !isSame(old, machineContent(to, instance));
  });
  if (regionsOf(to).length > 1 || after.length !== 1 || only === undefined || replaced.length === 0)
    return [];
  return [
    {
      code: 'PLAN_LAST_PROXY_REPLACED',
      message: `${only.hostname} is the only proxy, and nobody serves while it is replaced`,
      hint: 'add a second proxy first',
    },
  ];
};

const changesFewRecords: Guard = ({ diff, fromDns, kept, to }, from) => {
  const total = fromDns.records.length;
  const migrates = from.ingress !== to.ingress || from.dns.chain !== to.dns.chain;
  // The plan of a migration replaces these while another record set of the same region answers.
  const counted = diff.records.filter(
    (change) => misleads(change) && !(migrates && kept.includes(change.record.owner)),
  );
  if (total < MIN_RECORDS_FOR_SHARE || counted.length <= total * MAX_SHARE) return [];
  return [
    {
      code: 'PLAN_TOO_MANY_RECORDS',
      message: `${counted.length} of ${total} records would be deleted or lead elsewhere, more than a third at once`,
      hint: 'split the change, one region at a time',
    },
  ];
};

/** A record that is new, or that only has another TTL, takes nobody's answer away. */
function misleads(change: RecordChange): boolean {
  if (change.action === 'create') return false;
  if (change.action === 'delete') return true;
  const { ttl: _before, ...before } = change.before;
  const { ttl: _after, ...after } = change.record;
  return !isSame(before, after);
}

const guards: readonly Guard[] = [
  keepsAHealthyRegion,
  keepsTheHome,
  keepsTheAccount,
  keepsThePublicName,
  keepsPolicyKinds,
  keepsHealthChecks,
  keepsAProxy,
  changesFewRecords,
];

/** Everything about a change that is refused unless it is forced. */
export function dangersOf(sides: Sides, isUp: (check: string) => boolean): readonly Danger[] {
  const { from } = sides;
  return from === null ? [] : guards.flatMap((guard) => guard(sides, from, isUp));
}
