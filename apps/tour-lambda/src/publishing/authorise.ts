import { TourLambdaError } from '../errors.ts';
import type { Item } from '../store/attributes.ts';
import { type Key, keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { EVERY_ENVIRONMENT, grantOf, hashOf, type KeyGrant, type Scope } from './bearer-keys.ts';

/** The replicas of the table. */
export interface Tables {
  readonly here: Table;
  /** Where accounts are written that name no region of the topology. */
  readonly home: Table;
  readonly all: readonly Table[];
}

/** Who asks, and the table that their account is written to. */
export interface Authorised {
  readonly grant: KeyGrant;
  readonly table: Table;
}

/**
 * Finds whose bearer key a request carries (RFC 6750, section 2.1). The replica at hand may not have a new key yet,
 * or still have one that was revoked: it says where the account is at home, and the table there decides.
 */
export async function authorise(
  tables: Tables,
  authorization: string | undefined,
  now: number,
): Promise<Authorised> {
  const key = keys.bearer(hashOf(bearerKeyOf(authorization)));
  const found = (await foundIn(tables.here, key)) ?? (await foundIn(tables.home, key));
  if (found === undefined) throw unknownKey();
  const { home } = grantOf(found.item);
  const table = tables.all.find(({ region }) => region === home) ?? tables.home;
  const item = found.table === table ? found.item : await table.get(key);
  if (item === undefined) throw unknownKey();
  const grant = grantOf(item);
  if (grant.expiresAt !== undefined && Date.parse(grant.expiresAt) <= now) throw unknownKey();
  return { grant, table };
}

async function foundIn(table: Table, key: Key): Promise<{ table: Table; item: Item } | undefined> {
  const item = await table.get(key);
  return item && { table, item };
}

export function requireScope({ scopes }: KeyGrant, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw new TourLambdaError('TOUR_LAMBDA_SCOPE_MISSING', `the key lacks the scope ${scope}`, {
    hint: 'use a key that has it',
    headers: {
      'www-authenticate': `Bearer realm="isochrone", error="insufficient_scope", scope="${scope}"`,
    },
  });
}

export function requireEnvironment({ environments }: KeyGrant, environment: string): void {
  if (environments.includes(environment) || environments.includes(EVERY_ENVIRONMENT)) return;
  throw new TourLambdaError(
    'TOUR_LAMBDA_ENVIRONMENT_FORBIDDEN',
    `the key is not for the environment ${JSON.stringify(environment)}`,
    { hint: `it is for ${environments.join(', ')}; use another key` },
  );
}

const unknownKey = (): TourLambdaError =>
  new TourLambdaError('TOUR_LAMBDA_KEY_UNKNOWN', 'no such key', {
    hint: 'check the key, and whether it was revoked or has expired',
    headers: { 'www-authenticate': 'Bearer realm="isochrone", error="invalid_token"' },
  });

function bearerKeyOf(authorization: string | undefined): string {
  const key = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (key !== undefined) return key;
  throw new TourLambdaError('TOUR_LAMBDA_KEY_MISSING', 'no bearer key in the Authorization header', {
    hint: 'send Authorization: Bearer KEY',
    headers: { 'www-authenticate': 'Bearer realm="isochrone"' },
  });
}
