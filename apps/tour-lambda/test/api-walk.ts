import { limits, sampleTour } from '@isochrone/tours';
import { operations } from '../src/publishing/operations.ts';
import { keys } from '../src/store/keys.ts';
import { openTable, type Table } from '../src/store/table.ts';
import type { EventRequest } from './events.ts';
import { type Answer, api, functionsOn, jsonOf, tablesOn } from './functions.ts';
import { refusingStore, startStore } from './store.ts';

type Call = (request: EventRequest) => Promise<Answer>;

const address = `/v1/tours/${sampleTour.id}`;
const active = { status: 'active', consent: 'assumed' };
const { id: _, ...withoutId } = sampleTour;

/** Asks for everything that the API has, in every way that it answers. */
export async function walkApi(watch: (call: Call) => Call): Promise<void> {
  const settings = await startStore();
  let now = Date.parse('2027-01-31T12:00:00Z');
  const functions = functionsOn(settings, { now: () => now });
  const [publish, deliver] = [watch(functions.publish), watch(functions.deliver)];

  await walkTours(publish);
  await walkReleases(publish);
  await walkConflicts(watch, openTable(settings), (tables) => functionsOn(settings, { tables }).publish);
  await walkEnvironments(publish);
  await walkKeys(publish);
  for (const path of ['/v1/audit', `${address}/revisions`]) {
    await publish(api('GET', path));
    await publish(api('GET', `${path}?limit=0`));
  }
  await publish(api('GET', `${address}/revisions/1`));
  await publish(api('GET', `${address}/counters?from=2027-01-01&to=2027-12-31`));
  await publish(api('GET', `${address}/counters?from=x`));
  await walkDelivery(deliver);
  await walkPreviews(publish, deliver, (ms) => {
    now += ms;
  });
  await walkProblems(publish, watch);
}

async function walkTours(publish: Call): Promise<void> {
  await publish(api('GET', '/v1/tours?limit=1'));
  await publish(api('GET', '/v1/tours?limit=x'));
  await publish(api('POST', '/v1/tours', withoutId));
  await publish(api('POST', '/v1/tours', sampleTour));
  await publish(api('GET', address));
  await publish(api('GET', `${address}/draft`));
  const draft = `${address}/draft`;
  await publish(api('PUT', draft, sampleTour, { 'if-match': '"d1"' }));
  await publish(api('PUT', draft, sampleTour, { 'if-match': '"d1"' }));
  await publish(api('PUT', draft, sampleTour));
  const other = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
  await publish(api('PUT', `/v1/tours/${other.id}/draft`, other, { 'if-match': '*' }));
  await publish(api('PUT', `/v1/tours/${other.id}/draft`, other, { 'if-none-match': '*' }));
  await publish(api('DELETE', address));
  await publish(api('DELETE', `/v1/tours/${other.id}`, undefined, { 'if-match': '"d2"' }));
  await publish(api('DELETE', `/v1/tours/${other.id}`));
  await publish(api('DELETE', `/v1/tours/${other.id}`));
}

async function walkReleases(publish: Call): Promise<void> {
  const once = (key: string) => ({ 'idempotency-key': key });
  for (const [action, body] of [
    ['publish', { note: 'why' }],
    ['rollback', { toRevision: 1 }],
    ['unpublish', {}],
  ] as const) {
    const request = api('POST', `${address}/${action}?wait=all&seconds=1`, body, once(action));
    await publish(request);
    await publish(request);
    await publish(api('POST', `${address}/${action}?wait=some`, body));
  }
  await publish(api('POST', `${address}/unpublish`, {}));
  await publish(api('POST', `${address}/publish`, {}, { 'if-match': '"d1"' }));
  await publish(api('POST', `${address}/publish`));
}

/** Somebody else is always faster. */
async function walkConflicts(
  watch: (call: Call) => Call,
  table: Table,
  publishOn: (tables: ReturnType<typeof tablesOn>) => Call,
): Promise<void> {
  const rival = publishOn(tablesOn(table));
  const live = keys.live('acme', 'production');
  const outrun: Table = {
    ...table,
    putIf: async (put) => {
      if (put.key.sk.S === live.sk.S) await rival(api('POST', `${address}/publish`));
      return table.putIf(put);
    },
  };
  const publish = watch(publishOn(tablesOn(outrun)));
  await publish(api('POST', `${address}/publish`));
  await publish(api('POST', `${address}/rollback`, { toRevision: 1 }));
}

async function walkEnvironments(publish: Call): Promise<void> {
  const staging = '/v1/environments/staging';
  await publish(api('GET', '/v1/environments'));
  await publish(api('GET', '/v1/environments?limit=0'));
  await publish(api('PUT', staging, active));
  await publish(api('PUT', staging, active, { 'if-none-match': '*' }));
  await publish(api('PUT', staging, active, { 'if-match': '"d1"' }));
  await publish(api('PUT', staging, active, { 'if-match': '"d1"' }));
  await publish(api('GET', staging));
  await publish(api('PUT', '/v1/environments/Staging', active, { 'if-none-match': '*' }));
}

async function walkKeys(publish: Call): Promise<void> {
  const body = { name: 'ci', scopes: ['tours:read'] };
  const made = await publish(api('POST', '/v1/keys', body, { 'idempotency-key': 'key' }));
  await publish(api('POST', '/v1/keys', body, { 'idempotency-key': 'key' }));
  await publish(api('DELETE', `/v1/keys/${Object(jsonOf(made)).id}`));
  await publish(api('GET', '/v1/keys'));
  await publish(api('GET', '/v1/keys?limit=0'));
}

async function walkDelivery(deliver: Call): Promise<void> {
  for (const path of ['/acme.js', '/acme/staging.js']) {
    for (const method of ['GET', 'HEAD']) {
      const headers = { 'accept-encoding': 'br' };
      const { headers: answered } = await deliver({ method, path, headers });
      await deliver({ method, path, headers: { ...headers, 'if-none-match': String(answered?.['etag']) } });
      await deliver({ method, path: path.replace('acme', 'nobody') });
    }
  }
  await deliver({ path: '/healthz' });
  const report = (body: unknown): EventRequest => ({
    method: 'POST',
    path: '/e/acme',
    body: JSON.stringify(body),
  });
  const events = [{ name: 'shown', tour: sampleTour.id }];
  await deliver(report({ revision: 1, events }));
  await deliver(report({ revision: 1, events, environment: 'nowhere' }));
  await deliver(report({}));
  await deliver(report('x'.repeat(limits.reportBytes)));
}

async function walkPreviews(publish: Call, deliver: Call, later: (ms: number) => void): Promise<void> {
  const made = await publish(api('POST', `${address}/preview-tokens`, { seconds: 60 }));
  const { path } = Object(jsonOf(made));
  await deliver({ path });
  await deliver({ path: `${path.slice(0, -4)}AAAA` });
  later(60_000);
  await deliver({ path });
}

/** What can be wrong with any request. */
async function walkProblems(publish: Call, watch: (call: Call) => Call): Promise<void> {
  const unreachable = functionsOn(await refusingStore());
  const [deaf, mute] = [watch(unreachable.publish), watch(unreachable.deliver)];
  const ids: Readonly<Record<string, string>> = {
    tour: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNZZ',
    environment: 'nowhere',
    revision: '7',
    key: 'key_unknown',
  };
  const grants = { tours: 'tours:read', keys: 'keys:admin' } as const;
  const weak = {
    tours: await keyOf(publish, grants.keys),
    keys: await keyOf(publish, grants.tours),
  };
  for (const { method, path: template, scope } of operations) {
    const path = template.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? '');
    const body = method === 'POST' || method === 'PUT' ? (bodies[template] ?? {}) : undefined;
    const ask = (headers: Readonly<Record<string, string>> = {}) => api(method, path, body, headers);
    await publish(ask({ authorization: 'Bearer stranger' }));
    await publish(ask({ authorization: `Bearer ${scope === 'keys:admin' ? weak.keys : weak.tours}` }));
    await publish({ ...ask(), host: 'evil.example' });
    await deaf(ask());
    if (template.includes('{') && method !== 'PUT') await publish(ask());
    if (body === undefined) continue;
    const match = { 'if-match': '*' };
    const own = template.includes('{tour}')
      ? template.replace('{tour}', sampleTour.id)
      : path.replace('nowhere', 'staging');
    await publish({ ...api(method, own, body, { ...match, 'content-type': 'text/plain' }) });
    await publish({ ...api(method, own, body, match), body: '{' });
    await publish({ ...api(method, own, body, match), body: `"${'x'.repeat(262_144)}"` });
    await publish(api(method, own, [], match));
  }
  for (const path of [
    '/acme.js',
    '/acme/staging.js',
    '/healthz',
    `/preview/ipt_${'a'.repeat(43)}`,
    '/e/acme',
  ]) {
    const methods = path === '/e/acme' ? ['POST'] : path.endsWith('.js') ? ['GET', 'HEAD'] : ['GET'];
    for (const method of methods) {
      const body = JSON.stringify({ revision: 1, events: [{ name: 'shown', tour: sampleTour.id }] });
      const request = { method, path, ...(method === 'POST' ? { body } : {}) };
      await mute(request);
      await mute({ ...request, host: 'evil.example' });
    }
  }
}

const bodies: Readonly<Record<string, unknown>> = {
  '/v1/tours/{tour}/rollback': { toRevision: 1 },
  '/v1/tours/{tour}/draft': sampleTour,
  '/v1/environments/{environment}': active,
};

async function keyOf(publish: Call, scope: string): Promise<string> {
  return Object(jsonOf(await publish(api('POST', '/v1/keys', { name: scope, scopes: [scope] })))).key;
}
