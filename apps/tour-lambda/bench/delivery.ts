// node bench/delivery.ts: what the built delivery function takes beside the store's own time, and to be loaded.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import dynalite from 'dynalite';
import type { Handler } from '../src/http/handler.ts';
import { seed } from '../src/seed.ts';
import { eventOf } from '../test/events.ts';

const CALLS = 2000;
const LOADS = 15;
const HOST = 'us-east-1-fast.trychameleon.com';
const bundle = join(import.meta.dirname, '../dist/production/delivery/index.mjs');

const database = dynalite({ createTableMs: 0 });
database.listen(0, '127.0.0.1');
await once(database, 'listening');
const address = database.address();
const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
await seed(
  { region: 'us-east-1', tableName: 'isochrone', endpoint, credentials },
  { account: 'acme', home: 'us-east-1', key: 'bench' },
);

const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};
Object.assign(process.env, environment);
const { handler }: { readonly handler: Handler } = await import(pathToFileURL(bundle).href);

const headers = { 'accept-encoding': 'br' };
const first = await handler(eventOf({ path: '/acme.js', host: HOST, headers }));
const etag = String(first.headers?.['etag']);
console.log(`status ${first.statusCode}, ${first.body?.length} characters of base64`);
await measure('200', headers);
await measure('304', { ...headers, 'if-none-match': etag });

const load = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(bundle).href)}); console.log(performance.now() - t)`;
const loads = Array.from({ length: LOADS }, () =>
  Number(
    spawnSync(process.execPath, ['--input-type=module', '-e', load], {
      env: { ...process.env, ...environment },
    }).stdout,
  ),
);
console.log(`cold import: ${summary(loads)}`);
database.close();
database.closeAllConnections();

/** The store's time is what the answer itself says of it, in Server-Timing. */
async function measure(what: string, asked: Readonly<Record<string, string>>): Promise<void> {
  const beside: number[] = [];
  const store: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const began = performance.now();
    const answer = await handler(eventOf({ path: '/acme.js', host: HOST, headers: asked }));
    const took = performance.now() - began;
    const db = Number(/db;dur=([\d.]+)/.exec(String(answer.headers?.['server-timing']))?.[1]);
    beside.push(took - db);
    store.push(db);
  }
  console.log(`${what}, warm, beside the store: ${summary(beside)}; the store: ${summary(store)}`);
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
