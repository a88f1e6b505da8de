import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Key = Record<'pk' | 'sk', AttributeValue>;

/** Items of one partition whose sort keys begin alike. */
export interface Range {
  readonly pk: string;
  readonly prefix: string;
}

export const keyOf = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });

const REVISION_DIGITS = 6;

const live = (account: string): string => `PUB#${account}`;
const own = (account: string): string => `ACC#${account}`;
const counters = (account: string): string => `COUNT#${account}`;

/** The single table's keys. Partitions begin with what is in them, because permissions are given by that. */
export const keys = {
  /** All that is live in an environment: the only item that delivery reads for a script. */
  live: (account: string, environment: string): Key => keyOf(live(account), `LIVE#${environment}`),
  account: (account: string): Key => keyOf(own(account), 'META'),
  tour: (account: string, tour: string): Key => keyOf(own(account), `TOUR#${tour}`),
  revision: (account: string, tour: string, revision: number): Key =>
    keyOf(own(account), `REV#${tour}#${String(revision).padStart(REVISION_DIGITS, '0')}`),
  ledger: (account: string, change: string): Key => keyOf(own(account), `LEDGER#${change}`),
  idempotency: (account: string, key: string): Key => keyOf(own(account), `IDEM#${key}`),
  keyRecord: (account: string, id: string): Key => keyOf(own(account), `KEY#${id}`),
  /** By the key's hash; whose it is, and what it may do. */
  bearer: (sha256: string): Key => keyOf(`KEY#${sha256}`, 'META'),
  /** By the token's hash. */
  preview: (sha256: string): Key => keyOf(`PREVIEW#${sha256}`, 'META'),
  counter: (account: string, counted: Counted): Key =>
    keyOf(counters(account), [counted.tour, counted.day, counted.environment, counted.region].join('#')),
  /** No such item: asking for it proves that the store answers. */
  probe: (): Key => keyOf('HEALTH', 'PROBE'),
};

/** What a counter is for. Each region counts apart: a global table would lose increments (last writer wins). */
export interface Counted {
  readonly tour: string;
  /** `2027-01-31`, in UTC. */
  readonly day: string;
  readonly environment: string;
  readonly region: string;
}

export const ranges = {
  environments: (account: string): Range => ({ pk: live(account), prefix: 'LIVE#' }),
  tours: (account: string): Range => ({ pk: own(account), prefix: 'TOUR#' }),
  revisions: (account: string, tour: string): Range => ({ pk: own(account), prefix: `REV#${tour}#` }),
  ledger: (account: string): Range => ({ pk: own(account), prefix: 'LEDGER#' }),
  keys: (account: string): Range => ({ pk: own(account), prefix: 'KEY#' }),
  counters: (account: string, tour: string): Range => ({ pk: counters(account), prefix: `${tour}#` }),
};
