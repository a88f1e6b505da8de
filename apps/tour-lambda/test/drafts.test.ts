import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { api, functionsOn, jsonOf, putOf, sampleTourTitled } from './functions.ts';
import { startStore } from './store.ts';

const start = async () => functionsOn(await startStore());

const address = `/v1/tours/${sampleTour.id}`;
const { id: _, ...withoutId } = sampleTour;

describe('POST /v1/tours', () => {
  it('makes a tour, with an id of its own where none is given', async () => {
    const { publish } = await start();
    const answer = await publish(api('POST', '/v1/tours', withoutId));
    expect(answer).toMatchObject({ statusCode: 201, headers: { etag: '"d1"', 'cache-control': 'no-store' } });
    const { id } = Object(jsonOf(answer));
    expect(answer.headers?.['location']).toBe(`/v1/tours/${id}`);
    const stored = await publish(api('GET', `/v1/tours/${id}/draft`));
    expect(jsonOf(stored)).toEqual({ id, ...withoutId });
  });

  it('takes an id that nobody has, and rejects one that is taken', async () => {
    const { publish } = await start();
    const id = 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD';
    expect(await publish(api('POST', '/v1/tours', { ...sampleTour, id }))).toMatchObject({ statusCode: 201 });
    expect(jsonOf(await publish(api('POST', '/v1/tours', sampleTour)))).toMatchObject({
      status: 409,
      code: 'TOUR_LAMBDA_TOUR_EXISTS',
    });
  });

  it('rejects an invalid tour with a JSON Pointer for each problem', async () => {
    const { publish } = await start();
    const { defaultLocale: __, ...tour } = { ...sampleTour, colour: 'red', frequency: { mode: 'often' } };
    const answer = await publish(api('POST', '/v1/tours', tour));
    expect(answer.headers?.['content-type']).toBe('application/problem+json');
    expect(jsonOf(answer)).toMatchObject({
      type: 'urn:isochrone:problem:document-invalid',
      title: 'Unprocessable Content',
      status: 422,
      instance: 'urn:isochrone:request:JKJaXmPLvHcESHA=',
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '/colour', code: 'TOURS_UNKNOWN_KEY' }),
        expect.objectContaining({ pointer: '/defaultLocale', code: 'TOURS_MISSING_KEY' }),
        expect.objectContaining({ pointer: '/frequency/mode', code: 'TOURS_INVALID_VALUE' }),
      ]),
    });
  });
});

describe('PUT of a draft', () => {
  it('answers with the new version, stored nowhere on the way', async () => {
    const { publish } = await start();
    const answer = await publish(putOf(sampleTour, { 'if-match': '"d1"' }));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toEqual({
      'cache-control': 'no-store',
      'cdn-cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      etag: '"d2"',
      'x-bundle': '0123456789abcdef',
      'x-content-type-options': 'nosniff',
      'x-region': 'us-east-1',
    });
  });

  it('asks for a precondition with 428', async () => {
    const { publish } = await start();
    expect(jsonOf(await publish(putOf(sampleTour, {})))).toMatchObject({
      status: 428,
      code: 'TOUR_LAMBDA_PRECONDITION_MISSING',
    });
  });

  it('replaces only the version that If-Match names', async () => {
    const { publish } = await start();
    await publish(putOf(sampleTour, { 'if-match': '"d1"' }));
    const stale = await publish(putOf(sampleTour, { 'if-match': '"d1"' }));
    expect(jsonOf(stale)).toMatchObject({ status: 412, code: 'TOUR_LAMBDA_STALE', currentETag: '"d2"' });
    expect(await publish(putOf(sampleTour, { 'if-none-match': '*' }))).toMatchObject({ statusCode: 412 });
  });

  it('makes a tour that is not there where If-None-Match asks for it', async () => {
    const { publish } = await start();
    const tour = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
    expect(await publish(putOf(tour))).toMatchObject({ statusCode: 404 });
    expect(await publish(putOf(tour, { 'if-none-match': '*' }))).toMatchObject({
      statusCode: 201,
      headers: { location: `/v1/tours/${tour.id}`, etag: '"d1"' },
    });
  });

  it('lets one of two writers of the same version win', async () => {
    const { publish } = await start();
    const answers = await Promise.all(
      ['left', 'right'].map((title) => publish(putOf(sampleTourTitled(title), { 'if-match': '"d1"' }))),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412]);
  });

  it('publishes nothing', async () => {
    const { deliver, publish } = await start();
    await publish(putOf(sampleTourTitled('Only a draft')));
    expect((await deliver({ path: '/acme.js' })).headers?.['x-tours-revision']).toBe('2');
  });

  it('rejects a tour whose id is not that of its address', async () => {
    const { publish } = await start();
    const other = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
    const answer = await publish(api('PUT', `${address}/draft`, other, { 'if-match': '*' }));
    expect(jsonOf(answer)).toMatchObject({ status: 422, errors: [{ pointer: '/id' }] });
  });

  it('takes a base64 body, as the gateway sends binary types', async () => {
    const { publish } = await start();
    const put = putOf(sampleTour);
    const body = Buffer.from(put.body ?? '').toString('base64');
    expect(await publish({ ...put, body, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
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
    const answer = await publish(putOf(sampleTour, { 'if-match': '*', 'content-type': type }));
    expect(answer).toMatchObject({ statusCode: 415, headers: { accept: 'application/json' } });
  });
});

describe('lists', () => {
  it('come in pages that together have every tour once', async () => {
    const { publish } = await start();
    for (let count = 0; count < 4; count += 1) await publish(api('POST', '/v1/tours', withoutId));
    const ids: string[] = [];
    let next = '';
    do {
      const page = Object(jsonOf(await publish(api('GET', `/v1/tours?limit=2${next}`))));
      ids.push(...page.items.map(({ id }: { id: string }) => id));
      next = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (next !== '');
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(5);
  });

  it('say what is live where', async () => {
    const { publish } = await start();
    const live = { production: { revision: 1, since: 2 } };
    expect(jsonOf(await publish(api('GET', '/v1/tours')))).toMatchObject({
      items: [{ id: sampleTour.id, live }],
    });
    expect(jsonOf(await publish(api('GET', address)))).toMatchObject({ version: 1, live });
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=', 'cursor=LiUv'])('reject ?%s', async (query) => {
    const { publish } = await start();
    expect(jsonOf(await publish(api('GET', `/v1/tours?${query}`)))).toMatchObject({
      status: 400,
      code: 'TOUR_LAMBDA_QUERY_INVALID',
    });
  });
});

describe('an address', () => {
  it.each([
    '/v1/tours/a/b/c/d',
    '/v1',
    '/v1/accounts',
    '/v1/tours/%2e%2e/draft',
    '/acme.js',
    '/v1/tours/a#b',
  ])('that is none has 404: %s', async (path) => {
    const { publish } = await start();
    expect(await publish(api('GET', path))).toMatchObject({ statusCode: 404 });
  });

  it('has 405 with Allow for a method that it does not have', async () => {
    const { publish } = await start();
    const answer = await publish(api('PATCH', `${address}/draft`));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, PUT' } });
  });

  it('of a tour that is not there has 404', async () => {
    const { publish } = await start();
    const missing = '/v1/tours/tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD';
    for (const path of [missing, `${missing}/draft`, `${missing}/revisions`, `${missing}/revisions/1`])
      expect(await publish(api('GET', path))).toMatchObject({ statusCode: 404 });
  });
});
