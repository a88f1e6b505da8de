import { createHash } from 'node:crypto';
import { TourLambdaError } from '../errors.ts';
import { notFound } from '../http/problem.ts';
import type { PublishingKey, PublishingStore } from '../store/publishing-store.ts';

/** What a key may be allowed to do. */
export type Scope = 'tours:read' | 'tours:write';

/** Keys are stored, and looked up, by their hash: a copy of the table opens no door, and no comparison leaks time. */
export const hashOfKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Finds whose bearer key a request carries (RFC 6750, section 2.1), and whether it may do `scope` with `account`. */
export async function authorise(
  store: PublishingStore,
  authorization: string | undefined,
  account: string,
  scope: Scope,
): Promise<void> {
  const key = await store.findKey(hashOfKey(bearerKeyOf(authorization)));
  if (key === undefined) {
    throw new TourLambdaError('TOUR_LAMBDA_KEY_UNKNOWN', 'no such key', {
      hint: 'check the key, and whether it was revoked',
      headers: { 'www-authenticate': 'Bearer realm="isochrone", error="invalid_token"' },
    });
  }
  requireAccount(key, account);
  if (!key.scopes.has(scope)) {
    throw new TourLambdaError('TOUR_LAMBDA_SCOPE_MISSING', `the key lacks the scope ${scope}`, {
      hint: 'use a key that has it',
      headers: {
        'www-authenticate': `Bearer realm="isochrone", error="insufficient_scope", scope="${scope}"`,
      },
    });
  }
}

// 404, not 403: a key must not tell which other accounts exist.
function requireAccount(key: PublishingKey, account: string): void {
  if (key.account !== account) throw notFound('no such account');
}

function bearerKeyOf(authorization: string | undefined): string {
  const key = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (key !== undefined) return key;
  throw new TourLambdaError('TOUR_LAMBDA_KEY_MISSING', 'no bearer key in the Authorization header', {
    hint: 'send Authorization: Bearer KEY',
    headers: { 'www-authenticate': 'Bearer realm="isochrone"' },
  });
}
