import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { openTable } from '../src/store/table.ts';
import { crash, tableOfVictim } from './counting-tables.ts';
import {
  api,
  type Functions,
  functionsOn,
  jsonOf,
  putOf,
  sampleTourTitled,
  tablesOn,
  textOf,
} from './functions.ts';
import { startStore } from './store.ts';

const address = `/v1/tours/${sampleTour.id}`;

const auditOf = async ({ publish }: Functions) =>
  Object(jsonOf(await publish(api('GET', '/v1/audit')))).items;
const revisionsIn = (audit: readonly { revision: number }[]) => audit.map(({ revision }) => revision);

/** The writes of a publish: the idempotency key, the revision, what is live, the ledger. */
const WRITES = ['the idempotency key', 'the repaired ledger', 'the revision', 'what is live', 'the ledger'];

describe.each(WRITES.map((what, index) => [what, index + 1] as const))(
  'a publisher that is killed at its write of %s',
  (_what, write) => {
    it.each(['before', 'after'] as const)(
      '(%s it) leaves the old revision live or the new one',
      async (moment) => {
        const settings = await startStore();
        const table = openTable(settings);
        const functions = functionsOn(settings);
        await functions.publish(putOf(sampleTourTitled('New')));

        const victim = functionsOn(settings, { tables: tablesOn(tableOfVictim(table, write, moment)) });
        const request = api('POST', `${address}/publish`, {}, { 'idempotency-key': 'once' });
        await victim.publish(request);
        const script = await functions.deliver({ path: '/acme.js' });
        const isNew = textOf(script).includes('New');
        expect(script.headers?.['x-tours-revision']).toBe(isNew ? '3' : '2');

        // The next call repairs: the same request again is done once, whatever the first one came to.
        const again = await functions.publish(request);
        expect(again).toMatchObject({ statusCode: 200 });
        expect(jsonOf(again)).toMatchObject({ revision: 3, previous: 2, tourRevision: 2 });
        expect(again.headers?.['idempotency-replayed']).toBe(isNew ? 'true' : undefined);
        expect(textOf(await functions.deliver({ path: '/acme.js' }))).toContain('New');
        expect(revisionsIn(await auditOf(functions))).toEqual([3, 2, 1]);
        expect(jsonOf(await functions.publish(api('GET', `${address}/revisions`)))).toMatchObject({
          items: [{ revision: 2 }, { revision: 1 }],
        });
      },
    );

    it.each(['before', 'after'] as const)('(%s it) is repaired by whoever publishes next', async (moment) => {
      const settings = await startStore();
      const functions = functionsOn(settings);
      await functions.publish(putOf(sampleTourTitled('New')));
      const tables = tablesOn(tableOfVictim(openTable(settings), write, moment));
      await functionsOn(settings, { tables }).publish(
        api('POST', `${address}/publish`, {}, { 'idempotency-key': 'once' }),
      );
      const other = await functions.publish(api('POST', `${address}/unpublish`, {}));
      const { revision } = Object(jsonOf(other));
      const audit = await auditOf(functions);
      // Every revision that ever was live has its entry, each once.
      expect(revisionsIn(audit)).toEqual(Array.from({ length: revision }, (_, index) => revision - index));
    });
  },
);

it('says in the log that a live change is not in the ledger yet', async () => {
  const settings = await startStore();
  const functions = functionsOn(settings);
  await functions.publish(putOf(sampleTourTitled('New')));
  const table = openTable(settings);
  let writes = 0;
  const putIf: typeof table.putIf = async (put) => {
    writes += 1;
    if (WRITES[writes - 1] === 'the ledger') throw crash;
    return table.putIf(put);
  };
  const victim = functionsOn(settings, { tables: tablesOn({ ...table, putIf }) });

  const answer = await victim.publish(api('POST', `${address}/publish`, {}, { 'idempotency-key': 'once' }));

  expect(answer).toMatchObject({ statusCode: 200 });
  expect(victim.logged).toMatchObject([{ code: 'TOUR_LAMBDA_LEDGER_BEHIND', cause: crash }]);
});

describe.each([1, 2])('a request for a key that is killed at write %i', (write) => {
  it.each(['before', 'after'] as const)('(%s it) leaves no key that cannot be revoked', async (moment) => {
    const settings = await startStore();
    const tables = tablesOn(tableOfVictim(openTable(settings), write, moment));
    const body = { name: 'ci', scopes: ['tours:read'] };
    await functionsOn(settings, { tables }).publish(api('POST', '/v1/keys', body));
    const { publish } = functionsOn(settings);
    const { items } = Object(jsonOf(await publish(api('GET', '/v1/keys'))));
    for (const { id, name } of items) {
      if (name === 'ci')
        expect(await publish(api('DELETE', `/v1/keys/${id}`))).toMatchObject({ statusCode: 204 });
    }
  });
});
