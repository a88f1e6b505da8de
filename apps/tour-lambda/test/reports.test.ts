import { limits, sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { api, functionsOn, jsonOf } from './functions.ts';
import { startStore } from './store.ts';

const tour = sampleTour.id;
const shown = { name: 'shown', tour };
const step = { name: 'step', tour, step: 'choose-dates' };
const now = () => Date.parse('2027-01-31T23:59:59Z');
const active = { status: 'active', consent: 'assumed' };

const start = async () => {
  const functions = functionsOn(await startStore(), { now });
  const report = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    functions.deliver({
      method: 'POST',
      path: '/e/acme',
      headers: { 'content-type': 'text/plain', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const counters = async (query = '') =>
    Object(jsonOf(await functions.publish(api('GET', `/v1/tours/${tour}/counters${query}`)))).items;
  const configure = (settings: unknown) =>
    functions.publish(api('PUT', '/v1/environments/production', settings, { 'if-match': '*' }));
  return { ...functions, report, counters, configure };
};

describe('POST /e/{account}', () => {
  it('counts by day, event and step, and answers with nothing', async () => {
    const { report, counters, reported } = await start();
    const answer = await report({ revision: 2, events: [shown, step, step] });
    expect(answer).toMatchObject({ statusCode: 204, body: '' });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
    await report({ revision: 2, events: [shown] });
    expect(await counters()).toEqual([
      {
        day: '2027-01-31',
        environment: 'production',
        totals: { shown: 2, step: 2 },
        steps: { 'choose-dates': { step: 2 } },
      },
    ]);
    expect(reported).toEqual([
      {
        account: 'acme',
        environment: 'production',
        region: 'us-east-1',
        revision: 2,
        events: [shown, step, step],
      },
      { account: 'acme', environment: 'production', region: 'us-east-1', revision: 2, events: [shown] },
    ]);
  });

  it('loses none of many that come at the same time', async () => {
    const { report, counters } = await start();
    for (let round = 0; round < 10; round += 1)
      await Promise.all([1, 2, 3].map(() => report({ revision: 2, events: [shown] })));
    expect(await counters()).toMatchObject([{ totals: { shown: 30 } }]);
  });

  it('counts nothing that is not live', async () => {
    const { report, counters, reported } = await start();
    const other = { ...shown, tour: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
    expect(await report({ revision: 2, events: [other, { ...step, step: 'no-such-step' }] })).toMatchObject({
      statusCode: 204,
    });
    expect(await counters()).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('counts nobody who did not agree, where the environment requires it', async () => {
    const { report, counters, configure } = await start();
    await configure({ ...active, consent: 'required' });
    await report({ revision: 3, events: [shown] });
    await report({ revision: 3, consent: false, events: [shown] });
    expect(await counters()).toEqual([]);
    await report({ revision: 3, consent: true, events: [shown] });
    expect(await counters()).toMatchObject([{ totals: { shown: 1 } }]);
  });

  it.each([
    ['a visitor who refused', { consent: false }, {}],
    ['a browser with Global Privacy Control', { consent: true }, { 'sec-gpc': '1' }],
  ])('counts nothing of %s', async (_who, more, headers) => {
    const { report, counters, reported } = await start();
    expect(await report({ revision: 2, events: [shown], ...more }, headers)).toMatchObject({
      statusCode: 204,
    });
    expect(await counters()).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('counts nothing while the environment is suspended', async () => {
    const { report, counters, configure } = await start();
    await configure({ ...active, status: 'suspended' });
    await report({ revision: 3, events: [shown] });
    expect(await counters()).toEqual([]);
  });

  it.each([
    ['no JSON', 'shown', 400, 'TOUR_LAMBDA_BODY_NOT_JSON'],
    ['no report', { events: [] }, 400, 'TOUR_LAMBDA_REPORT_INVALID'],
    [
      'an environment that is not there',
      { environment: 'x', revision: 1, events: [shown] },
      404,
      'TOUR_LAMBDA_NOT_FOUND',
    ],
    ['more than a beacon carries', 'x'.repeat(limits.reportBytes + 1), 413, 'TOUR_LAMBDA_BODY_TOO_LARGE'],
  ])('rejects %s', async (_what, body, status, code) => {
    const { report } = await start();
    expect(jsonOf(await report(body))).toMatchObject({ status, code });
  });

  it('is the only method there', async () => {
    const { deliver } = await start();
    expect(await deliver({ path: '/e/acme' })).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });
});

describe('GET of counters', () => {
  it('takes the first and the last day', async () => {
    const { report, counters } = await start();
    await report({ revision: 2, events: [shown] });
    expect(await counters('?from=2027-01-31&to=2027-01-31')).toHaveLength(1);
    expect(await counters('?from=2027-02-01')).toHaveLength(0);
    expect(await counters('?to=2027-01-30')).toHaveLength(0);
  });

  it('rejects what is no day', async () => {
    const { publish } = await start();
    const answer = await publish(api('GET', `/v1/tours/${tour}/counters?from=today`));
    expect(jsonOf(answer)).toMatchObject({ status: 400, code: 'TOUR_LAMBDA_QUERY_INVALID' });
  });
});
