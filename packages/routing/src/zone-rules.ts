import type { RoutingErrorCode } from './errors.ts';
import type { Finding } from './problems.ts';
import type { RoutingZone, ZoneRecord } from './zone.ts';

/** Looks at a whole zone and says what Route 53 would not take, or what has no answer. */
type Rule = (zone: RoutingZone) => readonly Finding[];

const finding = (code: RoutingErrorCode, path: string, message: string, hint: string): Finding => ({
  code,
  path,
  message,
  hint,
});

const groupKey = ({ name, type }: Pick<ZoneRecord, 'name' | 'type'>): string => `${name} ${type}`;

const groupsOf = ({ records }: RoutingZone): ReadonlyMap<string, readonly ZoneRecord[]> =>
  Map.groupBy(records, groupKey);

const recordsAreInTheZone: Rule = ({ origin, records }) =>
  records
    .filter(({ name }) => name !== origin && !name.endsWith(`.${origin}`))
    .map((record) =>
      finding(
        'ROUTING_OUTSIDE_ZONE',
        groupKey(record),
        `this name is not under ${origin}`,
        'pass the records of one zone',
      ),
    );

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html */
const onePolicyForEachGroup: Rule = (zone) =>
  [...groupsOf(zone)].flatMap(([key, group]) => {
    const policies = [...new Set(group.map(({ routing }) => routing.policy))];
    if (policies.length < 2) return [];
    return [
      finding(
        'ROUTING_MIXED_POLICIES',
        key,
        `expected one routing policy, got ${policies.join(' and ')}`,
        'delete the records of one policy',
      ),
    ];
  });

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
const recordsHaveIdentities: Rule = (zone) =>
  [...groupsOf(zone)].flatMap(([key, group]) => {
    const identities = group.map(({ routing }) => (routing.policy === 'simple' ? '' : routing.setIdentifier));
    return [...new Set(identities.filter((identity, index) => identities.indexOf(identity) !== index))].map(
      (identity) =>
        finding(
          'ROUTING_DUPLICATE_RECORD',
          key,
          identity === ''
            ? 'a simple record stands here more than once'
            : `the set identifier ${JSON.stringify(identity)} stands here more than once`,
          'give each record of a group its own set identifier',
        ),
    );
  });

/** RFC 1034, section 3.6.2. */
const cnamesAreAlone: Rule = ({ records }) => {
  const types = Map.groupBy(records, ({ name }) => name);
  return [...types].flatMap(([name, here]) => {
    const others = [...new Set(here.map(({ type }) => type))].filter((type) => type !== 'CNAME');
    if (others.length === 0 || !here.some(({ type }) => type === 'CNAME')) return [];
    return [
      finding(
        'ROUTING_AMBIGUOUS_CNAME',
        name,
        `a CNAME stands beside ${others.join(', ')}`,
        'keep the CNAME or the others',
      ),
    ];
  });
};

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html */
const aliasesHaveTargets: Rule = (zone) => {
  const groups = groupsOf(zone);
  return zone.records.flatMap((record) => {
    const { target, type } = record;
    if (target.kind !== 'alias-record' || groups.has(groupKey({ name: target.name, type }))) return [];
    return [
      finding(
        'ROUTING_MISSING_ALIAS_TARGET',
        groupKey(record),
        `the zone has no ${type} records of ${target.name}, where this alias leads`,
        'add them, or lead the alias elsewhere',
      ),
    ];
  });
};

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html */
const calculatedChecksWatchOthers: Rule = ({ healthChecks }) => {
  const kinds = new Map(healthChecks.map(({ id, kind }) => [id, kind]));
  return healthChecks.flatMap((check) =>
    check.kind !== 'calculated'
      ? []
      : check.children
          .filter((child) => kinds.get(child) === undefined || kinds.get(child) === 'calculated')
          .map((child) =>
            finding(
              'ROUTING_CALCULATED_CHILD',
              check.id,
              kinds.has(child)
                ? `this calculated check watches ${child}, which is calculated itself`
                : `this calculated check watches ${child}, which is not among the health checks`,
              'let it watch checks of endpoints, and pass those as well',
            ),
          ),
  );
};

const rules: readonly Rule[] = [
  recordsAreInTheZone,
  onePolicyForEachGroup,
  recordsHaveIdentities,
  cnamesAreAlone,
  aliasesHaveTargets,
  calculatedChecksWatchOthers,
];

/** Everything that is wrong with a zone as a whole. */
export const zoneFindings = (zone: RoutingZone): readonly Finding[] => rules.flatMap((rule) => rule(zone));
