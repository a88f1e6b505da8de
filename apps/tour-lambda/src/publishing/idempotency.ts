import { createHash } from 'node:crypto';
import { TourLambdaError } from '../errors.ts';
import { count, text } from '../store/attributes.ts';
import { keys } from '../store/keys.ts';
import type { Call } from './call.ts';
import { newId } from './ids.ts';

/** How long a key is remembered. */
const KEPT_MS = 24 * 3600 * 1000;
const ATTEMPTS = 3;

/**
 * The id of what a POST makes. With an Idempotency-Key it is the same for every repetition of the request, also
 * where the first one did not live to see its end: whatever is made under this id is made once.
 */
export async function operationId({ request, account, table, now }: Call): Promise<string> {
  const header = request.headers['idempotency-key'];
  const fresh = newId(now);
  if (header === undefined) return fresh;
  if (!/^[\x21-\x7e]{1,128}$/.test(header)) {
    throw new TourLambdaError('TOUR_LAMBDA_IDEMPOTENCY_KEY', 'Idempotency-Key is no key', {
      hint: 'send 1 to 128 visible ASCII characters, such as a UUID',
    });
  }
  const key = keys.idempotency(account, sha256(header));
  const print = sha256(JSON.stringify([request.method, request.path, sha256(request.body)]));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = await table.get(key);
    if (known !== undefined && Date.parse(text(known, 'expires')) > now) {
      if (text(known, 'print') === print) return text(known, 'id');
      throw new TourLambdaError('TOUR_LAMBDA_IDEMPOTENCY_KEY_REUSED', 'the key belongs to another request', {
        hint: 'take a new Idempotency-Key for every new request',
      });
    }
    const previous = known === undefined ? 0 : count(known, 'v');
    const expires = now + KEPT_MS;
    const attributes = {
      v: { N: String(previous + 1) },
      id: { S: fresh },
      print: { S: print },
      expires: { S: new Date(expires).toISOString() },
      // For DynamoDB, which removes the item some time after; what counts is `expires`.
      ttl: { N: String(Math.ceil(expires / 1000)) },
    };
    if (await table.putIf({ key, attributes, counter: 'v', previous })) return fresh;
  }
  throw new TourLambdaError('TOUR_LAMBDA_PUBLISH_CONFLICT', 'others kept using the same Idempotency-Key', {
    hint: 'send the request again',
  });
}

const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');
