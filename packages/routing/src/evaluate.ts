import type { Place } from '@isochrone/topology';
import { type ChoosingContext, chooseRecord, type NonEmpty } from './choose.ts';
import type { Answer, AnswerData, Decision, Reason } from './decision.ts';
import { healthView } from './health.ts';
import { type LatencyModel, modelledLatency } from './latency-model.ts';
import type { RoutingZone, ZoneRecord } from './zone.ts';
import { indexOf, parentOf, type ZoneIndex } from './zone-index.ts';

export interface Query {
  /** In any case, with or without the trailing dot. */
  readonly name: string;
  /** `A`, `AAAA`, `CNAME`, … */
  readonly type: string;
}

export interface EvaluationContext {
  readonly client: Place;
  /** Whether the health check of this id is healthy; not asked for calculated checks, which follow from their children. */
  readonly health: (checkId: string) => boolean;
  /** At least 0, below 1: drawn once for each weighted group on the way. */
  readonly random: () => number;
  /** The modelled one unless given. */
  readonly latency?: LatencyModel;
}

/** Route 53 answers aliases to its own resources with the resource's TTL: 60 s for API Gateway and load balancers. */
const RESOURCE_TTL_SECONDS = 60;
/** Of a record that, against Route 53's rules, has none. */
const DEFAULT_TTL_SECONDS = 300;

/**
 * What Route 53 answers to a query, and why: a pure function of the zone, the query, where the client is, what is
 * healthy and what is drawn. CNAMEs are followed within the zone (RFC 1034, section 4.3.2).
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
export function evaluate(zone: RoutingZone, query: Query, context: EvaluationContext): Decision {
  const index = indexOf(zone);
  const name = query.name.toLowerCase().replace(/\.$/, '');
  const walk: Walk = {
    zone,
    index,
    type: query.type.toUpperCase(),
    choosing: {
      client: context.client,
      health: healthView(index, context.health),
      random: context.random,
      latency: context.latency ?? modelledLatency,
    },
    answers: [],
    reasons: [],
  };
  const kind = visit(walk, { via: 'query', asked: name, type: walk.type, owner: name });
  const { answers, reasons } = walk;
  const latencyBased = reasons.some(
    (reason) => reason.kind === 'group' && reason.choice.policy === 'latency',
  );
  return { kind, answers, reasons, latencyBased };
}

/** What one evaluation gathers on its way. */
interface Walk {
  readonly zone: RoutingZone;
  readonly index: ZoneIndex;
  /** What was asked for. */
  readonly type: string;
  readonly choosing: ChoosingContext;
  readonly answers: Answer[];
  readonly reasons: Reason[];
}

interface Visit {
  readonly via: 'query' | 'alias' | 'cname';
  readonly asked: string;
  readonly type: string;
  /** The name that the answer's records carry: the alias's, not its target's. */
  readonly owner: string;
}

function visit(walk: Walk, { via, asked, type, owner }: Visit): Decision['kind'] {
  const { index, reasons } = walk;
  const deadEnd = (why: Extract<Reason, { kind: 'dead-end' }>['why']): void => {
    reasons.push({ kind: 'dead-end', via, name: asked, type, why });
  };
  if (!isWithin(asked, walk.zone.origin)) {
    deadEnd('outside-the-zone');
    // A CNAME that leaves the zone is an answer: the resolver goes on elsewhere.
    return via === 'query' ? 'not-ours' : 'answer';
  }
  if (reasons.some((reason) => reason.kind === 'group' && reason.asked === asked)) {
    deadEnd('loop');
    return 'no-data';
  }
  const name = recordName(index, asked);
  if (name === undefined) {
    deadEnd('no-such-name');
    return 'no-such-name';
  }
  const group = groupFor(index, name, type, via);
  if (group === undefined) {
    deadEnd('no-such-type');
    return 'no-data';
  }
  const { record, candidates, failedOpen, choice } = chooseRecord(group, walk.choosing);
  reasons.push({ kind: 'group', via, asked, name, type: record.type, candidates, failedOpen, choice });
  return follow(walk, record, owner);
}

/** The chosen record's part of the answer, and what lies behind it. */
function follow(walk: Walk, record: ZoneRecord, owner: string): Decision['kind'] {
  const { target, type, ttl = DEFAULT_TTL_SECONDS } = record;
  const answer = (data: AnswerData, seconds = ttl): void => {
    walk.answers.push({ name: owner, type, ttl: seconds, data });
  };
  const goOn = (name: string): Decision['kind'] => {
    answer({ kind: 'cname', name });
    if (walk.type === 'CNAME') return 'answer';
    return visit(walk, { via: 'cname', asked: name, type: walk.type, owner: name });
  };
  switch (target.kind) {
    case 'elastic-ip':
      answer({ kind: 'elastic-ip', instance: target.instance });
      return 'answer';
    case 'alias-api': {
      const { region, customDomain } = target;
      answer({ kind: 'api', region, customDomain }, RESOURCE_TTL_SECONDS);
      return 'answer';
    }
    case 'alias-resource':
      answer({ kind: 'resource', dnsName: target.dnsName }, RESOURCE_TTL_SECONDS);
      return 'answer';
    case 'alias-record':
      return visit(walk, { via: 'alias', asked: target.name, type, owner });
    case 'cname':
      return goOn(target.name);
    case 'values':
      if (type === 'CNAME' && target.values[0] !== undefined) return goOn(target.values[0]);
      for (const value of target.values) {
        answer(
          type === 'A' || type === 'AAAA'
            ? { kind: 'address', address: value }
            : { kind: 'text', text: value },
        );
      }
      return 'answer';
  }
}

/**
 * The records that answer for a name and type: those of the type, else the name's CNAME. An alias leads to records
 * of its own type alone.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
 */
function groupFor(
  index: ZoneIndex,
  name: string,
  type: string,
  via: Visit['via'],
): NonEmpty<ZoneRecord> | undefined {
  const [first, ...others] = index.group(name, type);
  if (first) return [first, ...others];
  const [cname, ...more] = via === 'alias' ? [] : index.group(name, 'CNAME');
  return cname && [cname, ...more];
}

/**
 * The name whose records answer: the name itself, or the wildcard under its closest existing ancestor (RFC 4592).
 * Route 53 follows the RFC: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
function recordName(index: ZoneIndex, asked: string): string | undefined {
  if (index.exists(asked)) return asked;
  let ancestor = parentOf(asked);
  while (!index.exists(ancestor)) ancestor = parentOf(ancestor);
  const wildcard = `*.${ancestor}`;
  return index.exists(wildcard) ? wildcard : undefined;
}

const isWithin = (name: string, origin: string): boolean => name === origin || name.endsWith(`.${origin}`);
