import { sampleTour, suspendedScript } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { type Suspension, suspendAccount } from '../src/publishing/suspension.ts';
import { keys } from '../src/store/keys.ts';
import { openTable } from '../src/store/table.ts';
import { crash, tableOfVictim } from './counting-tables.ts';
import { api, functionsOn, jsonOf, publishOf, textOf } from './functions.ts';
import { startStore } from './store.ts';

const active = { status: 'active', consent: 'assumed' };
const acme: Suspension = {
  account: 'acme',
  region: 'us-east-1',
  topology: { home: 'us-east-1', regions: ['us-east-1', 'eu-west-1'] },
  suspended: true,
  now: Date.now(),
};
const resumed: Suspension = { ...acme, suspended: false };

async function start() {
  const settings = await startStore();
  const functions = functionsOn(settings);
  const table = openTable(settings);
  const put = (environment: string, condition: Record<string, string>) =>
    functions.publish(api('PUT', `/v1/environments/${environment}`, active, condition));
  await put('staging', { 'if-none-match': '*' });
  return {
    ...functions,
    table,
    put,
    suspend: (suspension: Suspension, on = table) => suspendAccount(on, suspension, () => {}),
    scripts: async () => {
      const answers = await Promise.all(
        ['/acme.js', '/acme/staging.js'].map((path) => functions.deliver({ path })),
      );
      return answers.map(textOf);
    },
  };
}

describe('an account that is suspended', () => {
  it('has scripts that do nothing, in every environment', async () => {
    const { suspend, scripts } = await start();
    expect(await suspend(acme)).toEqual(['production', 'staging']);
    expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
  });

  it('cannot lift that by its settings, nor by another environment', async () => {
    const { suspend, scripts, put, deliver, publish } = await start();
    await suspend(acme);
    expect(await put('production', { 'if-match': '*' })).toMatchObject({ statusCode: 200 });
    expect(await put('another', { 'if-none-match': '*' })).toMatchObject({ statusCode: 201 });
    expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
    expect(textOf(await deliver({ path: '/acme/another.js' }))).toBe(suspendedScript);
    const state = await publish(api('GET', '/v1/environments/production'));
    expect(jsonOf(state)).toMatchObject({ settings: active, accountSuspended: true });
  });

  it('publishes on, and shows it once it is resumed', async () => {
    const { suspend, scripts, publish } = await start();
    await suspend(acme);
    expect(
      await publish(api('POST', `/v1/tours/${sampleTour.id}/publish`, { environment: 'staging' })),
    ).toMatchObject({ statusCode: 200 });
    expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
    await suspend(resumed);
    for (const script of await scripts()) expect(script).toContain(sampleTour.id);
  });

  it('stays what it is where it is suspended again', async () => {
    const { suspend, deliver } = await start();
    await suspend(acme);
    const once = await deliver({ path: '/acme.js' });
    await suspend(acme);
    expect(await deliver({ path: '/acme.js' })).toMatchObject({
      headers: { 'x-tours-revision': once.headers?.['x-tours-revision'] },
    });
  });

  it('has it in its ledger, with the note', async () => {
    const { suspend, publish } = await start();
    await suspend({ ...acme, note: 'unpaid' });
    expect(jsonOf(await publish(api('GET', '/v1/audit?limit=2')))).toMatchObject({
      items: [
        { action: 'suspend', environment: 'staging', actor: 'operator', note: 'unpaid' },
        { action: 'suspend', environment: 'production', actor: 'operator', note: 'unpaid' },
      ],
    });
  });

  it('comes out of a suspension that was killed at any write, by another one', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (let victim = 1; victim <= 5; victim += 1) {
        const { suspend, scripts, table } = await start();
        const killed = await suspend(acme, tableOfVictim(table, victim, moment)).catch((error) => error);
        expect([killed, killed.cause]).toContain(crash);
        await suspend(acme);
        expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
      }
    }
  }, 60_000);
});

describe('a suspension', () => {
  it('reaches every other environment where one cannot be read, and names that', async () => {
    const { suspend, table, deliver } = await start();
    const key = keys.live('acme', 'production');
    const item = await table.get(key);
    await table.put(key, { ...item, settings: { S: 'no settings' } });
    await expect(suspend(acme)).rejects.toMatchObject({
      code: 'TOUR_LAMBDA_SUSPENSION_UNFINISHED',
      message: expect.stringMatching(/^1 of 2 environments are suspended, but not production \(/),
    });
    expect(textOf(await deliver({ path: '/acme/staging.js' }))).toBe(suspendedScript);
  });

  it('is not kept away by an account that keeps publishing', async () => {
    const { suspend, table, publish, scripts } = await start();
    let rivals = 0;
    const outrun: typeof table = {
      ...table,
      putIf: async (put) => {
        if (put.key.sk.S === 'LIVE#production' && rivals < 6) {
          rivals += 1;
          await publish(publishOf(sampleTour));
        }
        return table.putIf(put);
      },
    };
    await suspend(acme, outrun);
    expect(rivals).toBe(6);
    expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
  });

  it('is refused for an account that nobody made', async () => {
    const { suspend } = await start();
    await expect(suspend({ ...acme, account: 'nobody' })).rejects.toMatchObject({
      code: 'TOUR_LAMBDA_ACCOUNT_UNKNOWN',
    });
  });

  it('is refused away from the home of the account', async () => {
    const { suspend, scripts } = await start();
    await expect(suspend({ ...acme, region: 'eu-west-1' })).rejects.toMatchObject({
      code: 'TOUR_LAMBDA_ACCOUNT_ELSEWHERE',
      hint: expect.stringContaining('--home us-east-1'),
    });
    expect((await scripts())[0]).toContain(sampleTour.id);
  });

  it('reaches an account whose home the topology no longer has, where that is written to', async () => {
    const { suspend, scripts } = await start();
    const topology = { home: 'eu-west-1', regions: ['eu-west-1', 'ap-southeast-2'] };
    await expect(suspend({ ...acme, topology, region: 'ap-southeast-2' })).rejects.toMatchObject({
      hint: expect.stringContaining('--home eu-west-1'),
    });
    await suspend({ ...acme, topology, region: 'eu-west-1' });
    expect(await scripts()).toEqual([suspendedScript, suspendedScript]);
  });

  it('lets the sample tour be live again as it was', async () => {
    const { suspend, deliver, publish } = await start();
    const before = textOf(await deliver({ path: '/acme.js' }));
    await suspend(acme);
    await suspend(resumed);
    const revisionless = (script: string) => script.replace(/revision\W+\d+/, '');
    expect(revisionless(textOf(await deliver({ path: '/acme.js' })))).toBe(revisionless(before));
    expect(await publish(publishOf(sampleTour))).toMatchObject({ statusCode: 200 });
  });
});
