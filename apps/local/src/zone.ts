import { type DnsPlan, dnsPlan, type RecordSet, type Topology } from '@isochrone/topology';
import type { AddressBook } from './address-book.ts';

/** One record of an answer. */
export type Answer =
  | { readonly type: 'A'; readonly name: string; readonly ttl: number; readonly data: string }
  | { readonly type: 'CNAME'; readonly name: string; readonly ttl: number; readonly data: string };

/** What the zone says of a name: its records, or that the name, or the type at that name, does not exist. */
export type ZoneAnswer =
  | { readonly kind: 'answer'; readonly answers: readonly Answer[] }
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-such-name' }
  | { readonly kind: 'not-ours' };

/** The hosted zone of a topology, with the local world's addresses in it. */
export interface Zone {
  readonly origin: string;
  readonly lookup: (name: string, type: string) => ZoneAnswer;
}

/** Route 53 answers alias records to API Gateway with this TTL. */
const API_ALIAS_TTL_SECONDS = 60;
const MAX_CHAIN = 8;

/** @param book says where the topology's proxies and APIs listen */
export function zoneOf(topology: Topology, book: AddressBook): Zone {
  const context: Context = { plan: dnsPlan(topology), topology, book };
  const names = new Set(context.plan.records.map(({ name }) => name));
  const { domain } = topology;
  return {
    origin: domain,
    lookup: (name, type) => {
      if (name === domain) return { kind: 'no-data' };
      if (!name.endsWith(`.${domain}`)) return { kind: 'not-ours' };
      if (!names.has(name)) return { kind: 'no-such-name' };
      const answers = answersFor(context, name, type, MAX_CHAIN);
      return answers.length > 0 ? { kind: 'answer', answers } : { kind: 'no-data' };
    },
  };
}

interface Context {
  readonly plan: DnsPlan;
  readonly topology: Topology;
  readonly book: AddressBook;
}

function answersFor(context: Context, name: string, type: string, depth: number): readonly Answer[] {
  if (depth === 0) return [];
  const here = context.plan.records.filter((record) => record.name === name);
  const sameType = here.filter((record) => record.type === type);
  const group = sameType.length > 0 ? sameType : here.filter((record) => record.type === 'CNAME');
  return chosen(context, group).flatMap((record) => answersOf(context, record, type, depth));
}

/** The first region's record of a latency group; every record of any other. */
function chosen({ topology }: Context, group: readonly RecordSet[]): readonly RecordSet[] {
  const [first] = topology.regions;
  return group.filter(({ routing }) => routing.policy !== 'latency' || routing.region === first?.name);
}

function answersOf(context: Context, record: RecordSet, type: string, depth: number): readonly Answer[] {
  const { book, topology } = context;
  const { name, target, ttl = topology.dns.ttl } = record;
  switch (target.kind) {
    case 'elastic-ip': {
      const proxy = topology.regions
        .flatMap(({ proxies }) => proxies)
        .find(({ hostname }) => hostname === target.instance);
      return proxy && record.type === 'A' ? [{ type: 'A', name, ttl, data: book.proxyRecord(proxy) }] : [];
    }
    case 'alias-api':
      // The gateways listen on IPv4 alone.
      return record.type === 'A'
        ? [{ type: 'A', name, ttl: API_ALIAS_TTL_SECONDS, data: book.apiRecord(target.region) }]
        : [];
    case 'alias-record':
      return answersFor(context, target.name, type, depth - 1).map((answer) =>
        answer.name === target.name ? { ...answer, name } : answer,
      );
    case 'cname': {
      const link: Answer = { type: 'CNAME', name, ttl, data: target.name };
      return type === 'CNAME' ? [link] : [link, ...answersFor(context, target.name, type, depth - 1)];
    }
  }
}
