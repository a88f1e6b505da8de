import { createHash, randomBytes } from 'node:crypto';
import type { Item } from '../store/attributes.ts';
import { text } from '../store/attributes.ts';

/** What a key may be allowed to do. */
export const scopes = ['tours:read', 'tours:write', 'tours:publish', 'keys:admin'] as const;

export type Scope = (typeof scopes)[number];

/** In `environments`: every one of them. */
export const EVERY_ENVIRONMENT = '*';

/** A key as it is stored, which is all but the key itself. */
export interface KeyGrant {
  readonly id: string;
  readonly account: string;
  /** The region whose table the account is written to. */
  readonly home: string;
  readonly scopes: readonly Scope[];
  readonly environments: readonly string[];
  /** RFC 3339. */
  readonly expiresAt?: string;
}

/** 256 bits; the prefix lets scanners of source code find keys that do not belong there. */
export const newBearerKey = (): string => `isk_${randomBytes(32).toString('base64url')}`;

/** Keys are stored, and looked up, by their hash: a copy of the table opens no door, and no comparison leaks time. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const grantAttributes = (grant: KeyGrant): Item => ({
  id: { S: grant.id },
  account: { S: grant.account },
  home: { S: grant.home },
  scopes: { SS: [...grant.scopes] },
  environments: { SS: [...grant.environments] },
  ...(grant.expiresAt === undefined ? {} : { expires: { S: grant.expiresAt } }),
});

export function grantOf(item: Item): KeyGrant {
  const given = new Set(item['scopes']?.SS);
  const expiresAt = item['expires']?.S;
  return {
    id: text(item, 'id'),
    account: text(item, 'account'),
    home: text(item, 'home'),
    scopes: scopes.filter((scope) => given.has(scope)),
    environments: item['environments']?.SS ?? [],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
