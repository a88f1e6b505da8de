import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import {
  authorization,
  functionsOn,
  jsonOf,
  putOf,
  sampleTourTitled,
  textOf,
  tourPath,
} from './functions.ts';
import { startStore } from './store.ts';

const start = async () => functionsOn(await startStore());

const otherTour = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };

describe('GET of a tour', () => {
  it('answers with the stored document and its version', async () => {
    const { publish } = await start();
    const answer = await publish({ path: tourPath, headers: { authorization } });
    expect(answer).toMatchObject({ statusCode: 200, headers: { etag: '"v1"', 'cache-control': 'no-store' } });
    expect(jsonOf(answer)).toEqual(sampleTour);
  });

  it('answers 404 for a tour that the account does not have', async () => {
    const { publish } = await start();
    const path = `/v1/accounts/acme/tours/${otherTour.id}`;
    expect(await publish({ path, headers: { authorization } })).toMatchObject({ statusCode: 404 });
  });
});

describe('PUT of a tour', () => {
  it('shows at the very next load, 200 times of 200', async () => {
    const { deliver, publish } = await start();
    for (let trial = 1; trial <= 200; trial += 1) {
      const answer = await publish(putOf(sampleTourTitled(`trial ${trial}.`)));
      expect(jsonOf(answer)).toEqual({ revision: trial + 1 });
      const script = await deliver({ path: '/acme.js', headers: { 'accept-encoding': 'br' } });
      expect(script.headers?.['x-tours-revision']).toBe(String(trial + 1));
      expect(textOf(script)).toContain(`trial ${trial}.`);
    }
  });

  it('answers with the next revision and the version, stored nowhere on the way', async () => {
    const { publish } = await start();
    const answer = await publish(putOf(sampleTour));
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(answer.headers).toEqual({
      'cache-control': 'no-store',
      'cdn-cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      etag: '"v2"',
      'x-bundle': '0123456789abcdef',
      'x-content-type-options': 'nosniff',
      'x-region': 'us-east-1',
    });
  });

  it('creates a tour that is live beside the others', async () => {
    const { deliver, publish } = await start();
    const answer = await publish(putOf(otherTour));
    expect(answer).toMatchObject({ statusCode: 201, headers: { etag: '"v1"' } });
    const script = textOf(await deliver({ path: '/acme.js' }));
    expect(script).toContain(sampleTour.id);
    expect(script).toContain(otherTour.id);
  });

  it('takes a base64 body, as the gateway sends binary types', async () => {
    const { publish } = await start();
    const put = putOf(sampleTour);
    const body = Buffer.from(put.body ?? '').toString('base64');
    expect(await publish({ ...put, body, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
  });

  it('replaces only the version that If-Match names', async () => {
    const { publish } = await start();
    expect(await publish(putOf(sampleTour, { 'if-match': '"v1"' }))).toMatchObject({ statusCode: 200 });
    const stale = await publish(putOf(sampleTour, { 'if-match': '"v1"' }));
    expect(jsonOf(stale)).toMatchObject({ status: 412, code: 'TOUR_LAMBDA_STALE_TOUR', currentETag: '"v2"' });
    expect(await publish(putOf(otherTour, { 'if-match': '*' }))).toMatchObject({ statusCode: 412 });
  });
});

describe('a PUT that cannot be taken', () => {
  it('rejects an invalid tour with a JSON Pointer for each problem, and publishes nothing', async () => {
    const { deliver, publish } = await start();
    const { defaultLocale: _, ...tour } = { ...sampleTour, colour: 'red', frequency: { mode: 'often' } };
    const answer = await publish(putOf(tour));
    expect(answer.headers?.['content-type']).toBe('application/problem+json');
    expect(jsonOf(answer)).toMatchObject({
      status: 422,
      title: 'Unprocessable Content',
      code: 'TOUR_LAMBDA_TOUR_INVALID',
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '/colour', code: 'TOURS_UNKNOWN_KEY' }),
        expect.objectContaining({ pointer: '/defaultLocale', code: 'TOURS_MISSING_KEY' }),
        expect.objectContaining({ pointer: '/frequency/mode', code: 'TOURS_INVALID_VALUE' }),
      ]),
    });
    expect((await deliver({ path: '/acme.js' })).headers?.['x-tours-revision']).toBe('1');
  });

  it('rejects a tour whose id is not that of its address', async () => {
    const { publish } = await start();
    const answer = await publish({ ...putOf(otherTour), path: tourPath });
    expect(jsonOf(answer)).toMatchObject({ status: 422, errors: [{ pointer: '/id' }] });
  });

  it.each([
    ['text that is no JSON', { body: '{' }, 400, 'TOUR_LAMBDA_BODY_NOT_JSON'],
    ['no body', { body: '' }, 400, 'TOUR_LAMBDA_BODY_NOT_JSON'],
    ['bytes that are no UTF-8', { body: 'Iv8i', isBase64Encoded: true }, 400, 'TOUR_LAMBDA_BODY_NOT_JSON'],
    ['more than 256 KiB', { body: `"${'x'.repeat(262_144)}"` }, 413, 'TOUR_LAMBDA_BODY_TOO_LARGE'],
  ])('rejects %s', async (_what, body, status, code) => {
    const { publish } = await start();
    expect(jsonOf(await publish({ ...putOf(sampleTour), ...body }))).toMatchObject({ status, code });
  });

  it.each(['text/plain', 'application/jsonp'])('rejects a body of type %s', async (type) => {
    const { publish } = await start();
    const answer = await publish(putOf(sampleTour, { 'content-type': type }));
    expect(answer).toMatchObject({ statusCode: 415, headers: { accept: 'application/json' } });
  });

  it('answers 405 with Allow to any other method', async () => {
    const { publish } = await start();
    const answer = await publish({ method: 'DELETE', path: tourPath, headers: { authorization } });
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, PUT' } });
  });

  it.each([
    '/v1/accounts/acme/tours/tour_1',
    '/v1/accounts/acme/tours',
    '/v1/accounts/A/tours/x',
    '/acme.js',
  ])('answers 404 at %s', async (path) => {
    const { publish } = await start();
    expect(await publish({ ...putOf(sampleTour), path })).toMatchObject({ statusCode: 404 });
  });
});

describe('the bearer key', () => {
  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dGVzdA==', 'test-key-of-acme'])(
    'is asked for with 401 where Authorization is %j',
    async (value) => {
      const { publish } = await start();
      const answer = await publish({
        path: tourPath,
        headers: value === undefined ? {} : { authorization: value },
      });
      expect(answer).toMatchObject({
        statusCode: 401,
        headers: { 'www-authenticate': 'Bearer realm="isochrone"' },
      });
      expect(jsonOf(answer)).toMatchObject({ code: 'TOUR_LAMBDA_KEY_MISSING' });
    },
  );

  it('is refused with 401 where nobody has it', async () => {
    const { publish } = await start();
    const answer = await publish(putOf(sampleTour, { authorization: 'Bearer stranger' }));
    expect(jsonOf(answer)).toMatchObject({ status: 401, code: 'TOUR_LAMBDA_KEY_UNKNOWN' });
    expect(answer.headers?.['www-authenticate']).toContain('invalid_token');
  });

  it('opens no other account: 404, whether that exists or not', async () => {
    const { publish } = await start();
    const path = `/v1/accounts/rival/tours/${sampleTour.id}`;
    expect(await publish({ path, headers: { authorization } })).toMatchObject({ statusCode: 404 });
    expect(await publish({ ...putOf(sampleTour), path })).toMatchObject({ statusCode: 404 });
  });
});
