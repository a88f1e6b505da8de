import { environmentKeyPattern } from '@isochrone/tours';
import * as z from 'zod';
import { TourLambdaError } from '../../errors.ts';
import { notFound } from '../../http/problem.ts';
import { jsonReply } from '../../http/reply.ts';
import { type Item, text } from '../../store/attributes.ts';
import { keys, ranges } from '../../store/keys.ts';
import { EVERY_ENVIRONMENT, grantOf, newBearerKey, scopes } from '../bearer-keys.ts';
import { bodyOf } from '../bodies.ts';
import type { Call, Operation } from '../call.ts';
import { operationId } from '../idempotency.ts';
import { issueKey } from '../issue-key.ts';
import { pageReply } from '../pages.ts';

export const keyBody = z.strictObject({
  name: z.string().min(1).max(120),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  environments: z
    .array(z.union([z.literal(EVERY_ENVIRONMENT), z.string().regex(environmentKeyPattern)]))
    .min(1)
    .max(20)
    .default([EVERY_ENVIRONMENT]),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const shown = (item: Item) => {
  const { account: _, home: __, ...grant } = grantOf(item);
  const revokedAt = item['revoked']?.S;
  return {
    ...grant,
    name: text(item, 'name'),
    createdAt: text(item, 'at'),
    createdBy: text(item, 'actor'),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
};

const list: Operation = {
  method: 'GET',
  path: '/v1/keys',
  scope: 'keys:admin',
  run: ({ request, account, table }) => pageReply(table, ranges.keys(account), request, shown),
};

const create: Operation = {
  method: 'POST',
  path: '/v1/keys',
  scope: 'keys:admin',
  run: async (call: Call) => {
    const { account, table, grant, now } = call;
    const { name, expiresAt, ...asked } = bodyOf(call.request, keyBody);
    requireNoMoreThan(grant, asked);
    const id = `key_${await operationId(call)}`;
    const key = newBearerKey();
    const made = {
      id,
      account,
      home: grant.home,
      scopes: asked.scopes,
      environments: asked.environments,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    if (!(await issueKey(table, made, key, { name, createdAt: now, createdBy: grant.id }))) {
      throw new TourLambdaError(
        'TOUR_LAMBDA_KEY_SHOWN',
        'the key was made, and shown, by an earlier request',
        {
          hint: 'revoke it and make another one where it did not arrive',
          members: { id },
        },
      );
    }
    return jsonReply(201, { id, key }, { location: `/v1/keys/${id}` });
  },
};

const revoke: Operation = {
  method: 'DELETE',
  path: '/v1/keys/{key}',
  scope: 'keys:admin',
  run: async ({ params, account, table, now }) => {
    const record = keys.keyRecord(account, params['key'] ?? '');
    const item = await table.get(record);
    if (item === undefined) throw notFound('no such key');
    // First what opens the door. Where this call comes no further, the next one marks the record.
    await table.remove(keys.bearer(text(item, 'sha256')));
    if (item['revoked'] === undefined)
      await table.put(record, { ...item, revoked: { S: new Date(now).toISOString() } });
    return { status: 204, headers: { 'cache-control': 'no-store' } };
  },
};

export const keyOperations: readonly Operation[] = [list, create, revoke];

/** A key can give away what it has, and no more. */
function requireNoMoreThan(
  grant: Call['grant'],
  asked: { readonly scopes: readonly string[]; readonly environments: readonly string[] },
): void {
  const own: readonly string[] = grant.scopes;
  const more = [
    ...asked.scopes.filter((scope) => !own.includes(scope)),
    ...(grant.environments.includes(EVERY_ENVIRONMENT)
      ? []
      : asked.environments.filter((environment) => !grant.environments.includes(environment))),
  ];
  if (more.length === 0) return;
  throw new TourLambdaError(
    'TOUR_LAMBDA_SCOPE_MISSING',
    `the key cannot give what it lacks: ${more.join(', ')}`,
    {
      hint: 'use a key that has it',
      headers: { 'www-authenticate': 'Bearer realm="isochrone", error="insufficient_scope"' },
    },
  );
}
