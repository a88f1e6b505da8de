import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { grantAttributes, hashOf, type KeyGrant } from './bearer-keys.ts';

export interface KeyOrigin {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Id of the key that made it. */
  readonly createdBy: string;
}

/**
 * Stores a key; false where its id is taken. The record comes first: a key that works is always one that can be
 * listed and revoked.
 */
export async function issueKey(
  table: Table,
  grant: KeyGrant,
  key: string,
  { name, createdAt, createdBy }: KeyOrigin,
): Promise<boolean> {
  const sha256 = hashOf(key);
  const attributes = {
    ...grantAttributes(grant),
    sha256: { S: sha256 },
    name: { S: name },
    at: { S: new Date(createdAt).toISOString() },
    actor: { S: createdBy },
    v: { N: '1' },
  };
  const recorded = await table.putIf({
    key: keys.keyRecord(grant.account, grant.id),
    attributes,
    counter: 'v',
    previous: 0,
  });
  if (!recorded) return false;
  await table.put(keys.bearer(sha256), grantAttributes(grant));
  return true;
}
