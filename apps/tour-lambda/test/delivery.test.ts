import { runInNewContext } from 'node:vm';
import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { functionsOn, jsonOf, release, runtime, sampleTourTitled, textOf } from './functions.ts';
import { startStore } from './store.ts';

const start = async (
  ...changes: Parameters<typeof functionsOn> extends [unknown, ...infer Rest] ? Rest : never
) => functionsOn(await startStore(), ...changes);

describe('GET /{account}.js', () => {
  it('answers with the runtime and the live tours, and with exactly these headers', async () => {
    const { deliver, logged } = await start();
    const answer = await deliver({ path: '/acme.js' });
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(answer.headers).toEqual({
      'access-control-allow-origin': '*',
      'cache-control': 'private, no-cache',
      'cdn-cache-control': 'no-store',
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[\w-]{22}-identity"$/),
      'server-timing': expect.stringMatching(/^db;dur=[\d.]+, encode;dur=[\d.]+, region;desc="us-east-1"$/),
      'timing-allow-origin': '*',
      vary: 'accept-encoding',
      'x-bundle': '0123456789abcdef',
      'x-content-type-options': 'nosniff',
      'x-region': 'us-east-1',
      'x-tours-revision': '2',
    });
    const page = { globalThis: {} };
    runInNewContext(textOf(answer), page);
    expect(page.globalThis).toMatchObject({
      tours: { account: 'acme', revision: 2, tours: [{ id: sampleTour.id }] },
    });
    expect(textOf(answer)).not.toContain(sampleTour.author);
    expect(logged).toEqual([]);
  });

  it.each(['br', 'gzip'])('compresses to %s for a browser that takes it', async (coding) => {
    const { deliver } = await start();
    const plain = await deliver({ path: '/acme.js' });
    const answer = await deliver({ path: '/acme.js', headers: { 'accept-encoding': coding } });
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(answer.headers).toMatchObject({ 'content-encoding': coding, vary: 'accept-encoding' });
    expect(textOf(answer)).toBe(textOf(plain));
    expect(answer.headers?.['etag']).not.toBe(plain.headers?.['etag']);
  });

  it('answers 304 without a body to the ETag of the same coding, and 200 to that of another', async () => {
    const { deliver } = await start();
    const headers = { 'accept-encoding': 'gzip' };
    const first = await deliver({ path: '/acme.js', headers });
    const etag = String(first.headers?.['etag']);
    const second = await deliver({
      path: '/acme.js',
      headers: { ...headers, 'if-none-match': `"other", W/${etag}` },
    });
    expect(second).toMatchObject({ statusCode: 304, body: '', isBase64Encoded: false });
    expect(second.headers).toMatchObject({
      etag,
      'cache-control': 'private, no-cache',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
      'x-tours-revision': '2',
    });
    expect(second.headers).not.toHaveProperty('content-encoding');
    const other = await deliver({ path: '/acme.js', headers: { 'if-none-match': etag } });
    expect(other.statusCode).toBe(200);
  });

  it('changes its ETag with the next revision', async () => {
    const { deliver, publish } = await start();
    const before = await deliver({ path: '/acme.js' });
    await release({ publish }, sampleTourTitled('Changed'));
    const after = await deliver({
      path: '/acme.js',
      headers: { 'if-none-match': String(before.headers?.['etag']) },
    });
    expect(after.statusCode).toBe(200);
    expect(after.headers).toMatchObject({ 'x-tours-revision': '3' });
    expect(textOf(after)).toContain('Changed');
  });

  it('keeps nothing anywhere where the topology says no-store', async () => {
    const { deliver } = await start({ cache: 'no-store' });
    const answer = await deliver({ path: '/acme.js', headers: { 'if-none-match': '*' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(answer.headers).not.toHaveProperty('etag');
  });

  it('answers HEAD like GET, with the length and without the body', async () => {
    const { deliver } = await start();
    const headers = { 'accept-encoding': 'br' };
    const get = await deliver({ path: '/acme.js', headers });
    const head = await deliver({ method: 'HEAD', path: '/acme.js', headers });
    expect(head).toMatchObject({ statusCode: 200, body: '', isBase64Encoded: false });
    expect(head.headers).toEqual({
      ...get.headers,
      'content-length': String(Buffer.from(get.body ?? '', 'base64').length),
      'server-timing': expect.any(String),
    });
  });

  it('answers HEAD with 304 and no length: that of a 304 would have to be that of the script', async () => {
    const { deliver } = await start();
    const etag = String((await deliver({ path: '/acme.js' })).headers?.['etag']);
    const head = await deliver({ method: 'HEAD', path: '/acme.js', headers: { 'if-none-match': etag } });
    expect(head).toMatchObject({ statusCode: 304, body: '' });
    expect(head.headers).not.toHaveProperty('content-length');
  });

  it('strips the prefix of a stage', async () => {
    const { deliver } = await start();
    expect(await deliver({ path: '/live/acme.js', stage: 'live' })).toMatchObject({ statusCode: 200 });
    expect(await deliver({ path: '/acme.js', stage: 'live' })).toMatchObject({ statusCode: 200 });
    expect(await deliver({ path: '/live/acme.js' })).toMatchObject({ statusCode: 404 });
  });

  it.each([
    '/nobody.js',
    '/ACME.js',
    '/acme.js/',
    '/acme',
    '/',
    '/a/acme.js',
    '/__proto__.js',
    '/acme.js.js',
  ])('answers 404 to %s, readable by any page', async (path) => {
    const { deliver } = await start();
    const answer = await deliver({ path });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(jsonOf(answer)).toMatchObject({ status: 404, code: 'TOUR_LAMBDA_NOT_FOUND' });
  });

  it('answers 405 with Allow to any other method', async () => {
    const { deliver } = await start();
    const answer = await deliver({ method: 'POST', path: '/acme.js' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers).toMatchObject({ allow: 'GET, HEAD' });
  });

  it('sends a runtime that ends in no other text than the call', async () => {
    const { deliver } = await start();
    expect(textOf(await deliver({ path: '/acme.js' })).startsWith(`${runtime}(JSON.parse(`)).toBe(true);
  });
});

describe('the host', () => {
  it.each([
    'us-east-1-fast.example.com',
    'US-EAST-1-fast.example.com:8443',
    'staging-us-east-1-fast.example.com',
  ])('may be %s', async (host) => {
    const { deliver } = await start();
    expect(await deliver({ path: '/acme.js', host })).toMatchObject({ statusCode: 200 });
  });

  it.each([
    'fast.example.com',
    'eu-west-1-fast.example.com',
    'evil.example',
    'r3pmxmplak.execute-api.us-east-1.amazonaws.com',
  ])('rejects %s with 421', async (host) => {
    const { deliver, publish } = await start();
    for (const call of [deliver, publish]) {
      const answer = await call({ path: '/acme.js', host });
      expect(jsonOf(answer)).toMatchObject({ status: 421, code: 'TOUR_LAMBDA_FOREIGN_HOST' });
    }
    expect(await deliver({ path: '/healthz', host })).toMatchObject({ statusCode: 421 });
  });

  it('may be the public name where visitors reach the API directly', async () => {
    const { deliver } = await start({ ingress: 'direct' });
    expect(await deliver({ path: '/acme.js', host: 'fast.example.com' })).toMatchObject({ statusCode: 200 });
  });
});

describe('GET /healthz', () => {
  it('answers 200 while the store answers', async () => {
    const { deliver } = await start();
    const answer = await deliver({ path: '/healthz' });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store' } });
    expect(jsonOf(answer)).toEqual({ status: 'ok', region: 'us-east-1', bundle: '0123456789abcdef' });
  });
});
