import { runInNewContext } from 'node:vm';
import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import {
  api,
  type Functions,
  functionsOn,
  jsonOf,
  publishOf,
  putOf,
  release,
  sampleTourTitled,
  textOf,
} from './functions.ts';
import { startStore } from './store.ts';

const start = async () => functionsOn(await startStore());

const address = `/v1/tours/${sampleTour.id}`;
const otherTour = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
const scriptOf = async ({ deliver }: Functions, path = '/acme.js') => textOf(await deliver({ path }));
const active = { status: 'active', consent: 'assumed' };

describe('a publish', () => {
  it('shows at the very next load, 50 times of 50', async () => {
    const functions = await start();
    for (let trial = 1; trial <= 50; trial += 1) {
      const answer = await release(functions, sampleTourTitled(`trial ${trial}.`));
      expect(jsonOf(answer)).toMatchObject({
        revision: trial + 2,
        previous: trial + 1,
        tourRevision: trial + 1,
      });
      const script = await functions.deliver({ path: '/acme.js', headers: { 'accept-encoding': 'br' } });
      expect(script.headers?.['x-tours-revision']).toBe(String(trial + 2));
      expect(textOf(script)).toContain(`trial ${trial}.`);
    }
  }, 120_000);

  it('leaves the other tours as they are live, whatever their drafts say', async () => {
    const functions = await start();
    await functions.publish(putOf(sampleTourTitled('Draft of another')));
    await release(functions, otherTour);
    const script = await scriptOf(functions);
    expect(script).toContain(otherTour.id);
    expect(script).toContain('Start with a date range');
    expect(script).not.toContain('Draft of another');
  });

  it('takes the draft that If-Match names, and no other', async () => {
    const { publish } = await start();
    await publish(putOf(sampleTourTitled('Second')));
    const first = await publish(api('POST', `${address}/publish`, {}, { 'if-match': '"d1"' }));
    expect(jsonOf(first)).toMatchObject({ status: 412, currentETag: '"d2"' });
    const second = await publish(api('POST', `${address}/publish`, {}, { 'if-match': '"d2"' }));
    expect(second).toMatchObject({ statusCode: 200 });
  });

  it('makes one revision of a draft, to however many environments it goes', async () => {
    const { publish } = await start();
    await publish(api('PUT', '/v1/environments/staging', active, { 'if-none-match': '*' }));
    const staged = await publish(api('POST', `${address}/publish`, { environment: 'staging' }));
    expect(jsonOf(staged)).toMatchObject({ environment: 'staging', revision: 2, tourRevision: 1 });
    expect(jsonOf(await publish(api('GET', `${address}/revisions`)))).toMatchObject({
      items: [{ revision: 1 }],
    });
  });

  it('rejects a tour whose theme the environment does not have', async () => {
    const functions = await start();
    const answer = await release(functions, { ...sampleTour, theme: 'brand' });
    expect(jsonOf(answer)).toMatchObject({ status: 422, errors: [{ pointer: '/theme' }] });
  });

  it('rejects what would not fit into the item, and keeps what is live', async () => {
    const functions = await start();
    const words = (count: number) => Array.from({ length: count }, () => Math.random().toString(36)).join('');
    const big = (index: number) => ({
      ...sampleTour,
      id: `tour_01JD3Q8ZB4W6E5R7T9Y2XKVP${String(index).padStart(2, '0')}`,
      steps: Array.from({ length: 6 }, (_, step) => ({
        id: `step-${step}`,
        kind: 'modal',
        content: {
          en: {
            title: 'Big',
            body: Array.from({ length: 10 }, () => ({ kind: 'paragraph', text: words(80).slice(0, 900) })),
          },
        },
      })),
    });
    let refused: unknown;
    for (let index = 0; index < 20 && refused === undefined; index += 1) {
      const answer = await release(functions, big(index));
      if (answer.statusCode !== 200) refused = jsonOf(answer);
    }
    expect(refused).toMatchObject({ status: 422, code: 'TOUR_LAMBDA_PAYLOAD_TOO_LARGE' });
    expect(await release(functions, sampleTourTitled('Still possible'))).toMatchObject({ statusCode: 200 });
    expect(await scriptOf(functions)).toContain('Still possible');
  });

  it.each([
    [{ environment: 'nowhere' }, 404, 'TOUR_LAMBDA_NOT_FOUND'],
    [{ environment: 'No#Where' }, 422, 'TOUR_LAMBDA_DOCUMENT_INVALID'],
    [{ colour: 'red' }, 422, 'TOUR_LAMBDA_DOCUMENT_INVALID'],
    [[], 422, 'TOUR_LAMBDA_DOCUMENT_INVALID'],
  ])('with %j is refused', async (body, status, code) => {
    const { publish } = await start();
    expect(jsonOf(await publish(api('POST', `${address}/publish`, body)))).toMatchObject({ status, code });
  });

  it('refuses to wait for what it does not know', async () => {
    const { publish } = await start();
    expect(jsonOf(await publish(publishOf(sampleTour, '?wait=some')))).toMatchObject({ status: 400 });
  });

  it('tells when each region had it', async () => {
    const { publish } = await start();
    expect(jsonOf(await publish(publishOf(sampleTour, '?wait=all')))).toMatchObject({
      revision: 3,
      regions: [{ region: 'us-east-1', afterMs: expect.any(Number) }],
    });
  });
});

describe('an unpublish', () => {
  it('takes one tour away at the next load', async () => {
    const functions = await start();
    await release(functions, otherTour);
    const answer = await functions.publish(api('POST', `${address}/unpublish`, { note: 'wrong figures' }));
    expect(jsonOf(answer)).toMatchObject({ revision: 4, previous: 3 });
    const script = await scriptOf(functions);
    expect(script).not.toContain(sampleTour.id);
    expect(script).toContain(otherTour.id);
  });

  it('is refused with 409 where the tour is not live', async () => {
    const { publish } = await start();
    await publish(api('POST', `${address}/unpublish`, {}));
    expect(jsonOf(await publish(api('POST', `${address}/unpublish`, {})))).toMatchObject({
      status: 409,
      code: 'TOUR_LAMBDA_NOT_LIVE',
    });
  });
});

describe('a rollback', () => {
  it('makes an old revision live again, as a new revision of the environment', async () => {
    const functions = await start();
    await release(functions, sampleTourTitled('A mistake'));
    const answer = await functions.publish(api('POST', `${address}/rollback`, { toRevision: 1 }));
    expect(jsonOf(answer)).toMatchObject({ revision: 4, previous: 3, tourRevision: 1 });
    expect(await scriptOf(functions)).toContain('Start with a date range');
    expect(jsonOf(await functions.publish(api('GET', `${address}/draft`)))).toMatchObject(
      sampleTourTitled('A mistake'),
    );
  });

  it('is refused where there is no such revision', async () => {
    const { publish } = await start();
    expect(await publish(api('POST', `${address}/rollback`, { toRevision: 7 }))).toMatchObject({
      statusCode: 404,
    });
    expect(await publish(api('POST', `${address}/rollback`, {}))).toMatchObject({ statusCode: 422 });
  });
});

describe('the history', () => {
  it('has every revision as it was, the newest first', async () => {
    const functions = await start();
    await release(functions, sampleTourTitled('Second'));
    const list = await functions.publish(api('GET', `${address}/revisions`));
    expect(jsonOf(list)).toMatchObject({
      items: [
        {
          revision: 2,
          draftVersion: 2,
          author: 'key_first',
          contentSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        { revision: 1, draftVersion: 1, author: 'operator' },
      ],
    });
    const first = await functions.publish(api('GET', `${address}/revisions/1`));
    expect(jsonOf(first)).toMatchObject({ revision: 1, document: sampleTour });
  });

  it('says who changed what, and all that was live then', async () => {
    const functions = await start();
    await release(functions, otherTour);
    await functions.publish(api('POST', `${address}/unpublish`, { note: 'wrong figures' }));
    const { items } = Object(jsonOf(await functions.publish(api('GET', '/v1/audit'))));
    expect(items).toMatchObject([
      {
        action: 'unpublish',
        actor: 'key_first',
        environment: 'production',
        tour: sampleTour.id,
        note: 'wrong figures',
        previous: 3,
        revision: 4,
        manifest: { [otherTour.id]: { revision: 1, since: 3 } },
      },
      { action: 'publish', revision: 3, tour: otherTour.id, tourRevision: 1 },
      { action: 'publish', revision: 2, actor: 'operator' },
      { action: 'create', revision: 1, previous: 0, manifest: {} },
    ]);
  });
});

describe('an environment', () => {
  it('has a script of its own, and its settings in it', async () => {
    const functions = await start();
    const { publish, deliver } = functions;
    expect(await deliver({ path: '/acme/staging.js' })).toMatchObject({ statusCode: 404 });
    const settings = { ...active, consent: 'required', domains: ['staging.acme.example'] };
    const made = await publish(api('PUT', '/v1/environments/staging', settings, { 'if-none-match': '*' }));
    expect(made).toMatchObject({
      statusCode: 201,
      headers: { etag: '"d1"', location: '/v1/environments/staging' },
    });
    await publish(api('POST', `${address}/publish`, { environment: 'staging' }));
    const page = { globalThis: {} };
    runInNewContext(await scriptOf(functions, '/acme/staging.js'), page);
    expect(page.globalThis).toMatchObject({
      tours: {
        environment: 'staging',
        revision: 2,
        consent: 'required',
        domains: ['staging.acme.example'],
        tours: [{ id: sampleTour.id }],
      },
    });
    expect(await scriptOf(functions)).not.toContain('staging');
  });

  it('is delivered as a valid script that does nothing while it is suspended', async () => {
    const functions = await start();
    const { publish, deliver } = functions;
    const suspended = { ...active, status: 'suspended' };
    await publish(api('PUT', '/v1/environments/production', suspended, { 'if-match': '"d1"' }));
    const answer = await deliver({ path: '/acme.js', headers: { 'accept-encoding': 'br' } });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'x-tours-revision': '3' } });
    runInNewContext(textOf(answer), Object.freeze({}));
    expect(textOf(answer)).not.toContain(sampleTour.id);
    const etag = String(answer.headers?.['etag']);
    const again = await deliver({
      path: '/acme.js',
      headers: { 'accept-encoding': 'br', 'if-none-match': etag },
    });
    expect(again.statusCode).toBe(304);
    await publish(api('PUT', '/v1/environments/production', active, { 'if-match': '"d2"' }));
    expect(await scriptOf(functions)).toContain(sampleTour.id);
  });

  it('is changed only in the version that If-Match names', async () => {
    const { publish } = await start();
    const path = '/v1/environments/production';
    expect(jsonOf(await publish(api('PUT', path, active)))).toMatchObject({ status: 428 });
    await publish(api('PUT', path, active, { 'if-match': '"d1"' }));
    expect(jsonOf(await publish(api('PUT', path, active, { 'if-match': '"d1"' })))).toMatchObject({
      status: 412,
      currentETag: '"d2"',
    });
  });

  it('rejects settings that are none', async () => {
    const { publish } = await start();
    const settings = { ...active, themes: { default: { light: { primary: 'red' } } } };
    const answer = await publish(api('PUT', '/v1/environments/production', settings, { 'if-match': '"d1"' }));
    expect(jsonOf(answer)).toMatchObject({
      status: 422,
      errors: [{ pointer: '/themes/default/light/primary' }],
    });
  });

  it('is listed with what is live in it', async () => {
    const { publish } = await start();
    expect(jsonOf(await publish(api('GET', '/v1/environments')))).toEqual({
      items: [
        {
          key: 'production',
          version: 1,
          revision: 2,
          settings: active,
          tours: { [sampleTour.id]: { revision: 1, since: 2 } },
          accountSuspended: false,
        },
      ],
    });
  });
});
