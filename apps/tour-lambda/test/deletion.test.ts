import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { keys } from '../src/store/keys.ts';
import { openTable } from '../src/store/table.ts';
import { crash } from './counting-tables.ts';
import { api, functionsOn, jsonOf, publishOf, putOf, sampleTourTitled, tablesOn } from './functions.ts';
import { startStore } from './store.ts';

const address = `/v1/tours/${sampleTour.id}`;
const unpublish = api('POST', `${address}/unpublish`, {});
const remove = api('DELETE', address);
const other = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };

async function startUnpublished() {
  const settings = await startStore();
  const functions = functionsOn(settings);
  await functions.publish(unpublish);
  return { ...functions, settings };
}

describe('DELETE of a tour', () => {
  it('refuses one that is live, and says where', async () => {
    const { publish } = functionsOn(await startStore());
    expect(jsonOf(await publish(remove))).toMatchObject({
      status: 409,
      code: 'TOUR_LAMBDA_TOUR_LIVE',
      environments: ['production'],
    });
    expect(await publish(api('GET', address))).toMatchObject({ statusCode: 200 });
  });

  it('takes one away that is live nowhere', async () => {
    const { publish } = await startUnpublished();
    expect(await publish(remove)).toMatchObject({ statusCode: 204 });
    for (const path of [address, `${address}/draft`, `${address}/revisions`, `${address}/revisions/1`])
      expect(await publish(api('GET', path))).toMatchObject({ statusCode: 404 });
    expect(jsonOf(await publish(api('GET', '/v1/tours')))).toEqual({ items: [] });
    for (const action of ['publish', 'unpublish', 'rollback'])
      expect(
        await publish(api('POST', `${address}/${action}`, action === 'rollback' ? { toRevision: 1 } : {})),
      ).toMatchObject({ statusCode: 404 });
  });

  it('deletes only the version that If-Match names', async () => {
    const { publish } = await startUnpublished();
    const stale = await publish(api('DELETE', address, undefined, { 'if-match': '"d2"' }));
    expect(jsonOf(stale)).toMatchObject({ status: 412, currentETag: '"d1"' });
    expect(await publish(api('DELETE', address, undefined, { 'if-match': '"d1"' }))).toMatchObject({
      statusCode: 204,
    });
  });

  it('keeps what is written while it is being deleted', async () => {
    const { settings, publish: rival } = await startUnpublished();
    const table = openTable(settings);
    const slow = {
      ...table,
      putIf: async (put: Parameters<typeof table.putIf>[0]) => {
        await rival(putOf(sampleTourTitled('Of the rival')));
        return table.putIf(put);
      },
    };
    const { publish } = functionsOn(settings, { tables: tablesOn(slow) });
    expect(await publish(remove)).toMatchObject({ statusCode: 412 });
    expect((await publish(api('GET', `${address}/draft`))).body).toContain('Of the rival');
  });

  it('leaves no entity tag that fits another tour of the same id', async () => {
    const { publish } = await startUnpublished();
    await publish(remove);
    const again = await publish(putOf(sampleTour, { 'if-none-match': '*' }));
    expect(again).toMatchObject({ statusCode: 201, headers: { etag: '"d3"' } });
    expect(await publish(putOf(sampleTour, { 'if-match': '"d1"' }))).toMatchObject({ statusCode: 412 });
    await publish(remove);
    const made = await publish(api('POST', '/v1/tours', sampleTour));
    expect(made).toMatchObject({ statusCode: 201, headers: { etag: '"d5"' } });
  });

  it('lets another tour of the same id go on with the revisions', async () => {
    const { publish, deliver } = await startUnpublished();
    await publish(remove);
    await publish(putOf(sampleTourTitled('Another one'), { 'if-none-match': '*' }));
    expect(jsonOf(await publish(publishOf(sampleTour)))).toMatchObject({ tourRevision: 2 });
    expect((await deliver({ path: '/acme.js' })).body).toContain('Another one');
  });

  it('lets no creation begin where a tour of the same id has just ended', async () => {
    const { settings, publish: rival } = await startUnpublished();
    const table = openTable(settings);
    const outrun = {
      ...table,
      putIf: async (put: Parameters<typeof table.putIf>[0]) => {
        if (put.key.sk.S === keys.tour('acme', other.id).sk.S) await come();
        return table.putIf(put);
      },
    };
    // Made, published and deleted between the read and the write of the other creation.
    let gone = false;
    const come = async (): Promise<void> => {
      if (gone) return;
      gone = true;
      await rival(api('POST', '/v1/tours', other));
      await rival(publishOf(other));
      await rival(api('POST', `/v1/tours/${other.id}/unpublish`, {}));
      await rival(api('DELETE', `/v1/tours/${other.id}`));
    };
    const { publish } = functionsOn(settings, { tables: tablesOn(outrun) });
    const again = { ...sampleTourTitled('Another one'), id: other.id };
    expect(await publish(api('POST', '/v1/tours', again))).toMatchObject({ headers: { etag: '"d3"' } });
    expect(jsonOf(await publish(publishOf(other)))).toMatchObject({ tourRevision: 2 });
    const revision = await publish(api('GET', `/v1/tours/${other.id}/revisions/2`));
    expect(revision.body).toContain('Another one');
  });

  it('is not undone by a repetition of the request that made the tour', async () => {
    const { publish } = await startUnpublished();
    const make = api('POST', '/v1/tours', other, { 'idempotency-key': 'once' });
    const first = await publish(make);
    expect((await publish(make)).body).toBe(first.body);
    await publish(api('DELETE', `/v1/tours/${other.id}`));
    const repeated = await publish(make);
    expect(repeated).toMatchObject({ statusCode: 201, headers: { etag: first.headers?.['etag'] } });
    expect(await publish(api('GET', `/v1/tours/${other.id}`))).toMatchObject({ statusCode: 404 });
  });

  it('leaves nothing live of a tour that somebody was publishing', async () => {
    const { settings, publish: rival } = await startUnpublished();
    const table = openTable(settings);
    const outrun = {
      ...table,
      putIf: async (put: Parameters<typeof table.putIf>[0]) => {
        if (put.key.sk.S === keys.live('acme', 'production').sk.S) await rival(remove);
        return table.putIf(put);
      },
    };
    const { publish } = functionsOn(settings, { tables: tablesOn(outrun) });
    expect(await publish(publishOf(sampleTour))).toMatchObject({ statusCode: 404 });
    expect((await rival(api('GET', '/v1/environments'))).body).not.toContain(sampleTour.id);
    const { items } = Object(jsonOf(await rival(api('GET', '/v1/audit'))));
    expect(items[0]).toMatchObject({
      action: 'unpublish',
      note: 'the tour was deleted while it was published',
    });
  });

  it('lets a tour be taken away whose publisher died before seeing that it was gone', async () => {
    const { settings, publish: rival } = await startUnpublished();
    const table = openTable(settings);
    let isDead = false;
    const outrun = {
      ...table,
      get: async (key: Parameters<typeof table.get>[0]) => {
        if (isDead) throw crash;
        return table.get(key);
      },
      putIf: async (put: Parameters<typeof table.putIf>[0]) => {
        if (put.key.sk.S === keys.live('acme', 'production').sk.S) {
          await rival(remove);
          isDead = true;
        }
        return table.putIf(put);
      },
    };
    const { publish } = functionsOn(settings, { tables: tablesOn(outrun) });
    expect(await publish(publishOf(sampleTour))).toMatchObject({ statusCode: 500 });
    expect(await rival(unpublish)).toMatchObject({ statusCode: 200 });
    expect((await rival(api('GET', '/v1/environments'))).body).not.toContain(sampleTour.id);
  });

  it('gives way to whoever published the tour before it was gone', async () => {
    const { settings, publish: rival } = await startUnpublished();
    const table = openTable(settings);
    const outrun = {
      ...table,
      putIf: async (put: Parameters<typeof table.putIf>[0]) => {
        if (put.attributes['deleted'] !== undefined) await rival(publishOf(sampleTour));
        return table.putIf(put);
      },
    };
    const { publish } = functionsOn(settings, { tables: tablesOn(outrun) });
    expect(jsonOf(await publish(remove))).toMatchObject({ code: 'TOUR_LAMBDA_TOUR_LIVE' });
    const kept = await rival(api('GET', address));
    expect(kept).toMatchObject({ statusCode: 200, headers: { etag: '"d3"' } });
  });
});
