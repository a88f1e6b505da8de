// node bench/delivery.ts [--json]: what the built delivery function takes beside the store's own time, and to be loaded.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import dynalite from 'dynalite';
import type { Handler } from '../src/http/handler.ts';
import { seed } from '../src/seed.ts';
import { eventOf } from '../test/events.ts';

const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
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
const found = await measure(headers);
const unchanged = await measure({ ...headers, 'if-none-match': etag });

const load = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(bundle).href)}); console.log(performance.now() - t)`;
const loads = Array.from({ length: LOADS }, () =>
  Number(
    spawnSync(process.execPath, ['--input-type=module', '-e', load], {
      env: { ...process.env, ...environment },
    }).stdout,
  ),
);
database.close();
database.closeAllConnections();
const measured = { coldImport: quantiles(loads), found, unchanged };
if (json) {
  console.log(JSON.stringify(measured));
} else {
  console.log(`status ${first.statusCode}, ${first.body?.length} characters of base64`);
  for (const [what, { beside, store }] of [['200', found] as const, ['304', unchanged] as const]) {
    console.log(`${what}, warm, beside the store: ${words(beside)}; the store: ${words(store)}`);
  }
  console.log(`cold import: ${words(measured.coldImport)}`);
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** The store's time is what the answer itself says of it, in Server-Timing. */
async function measure(
  asked: Readonly<Record<string, string>>,
): Promise<{ readonly beside: Quantiles; readonly store: Quantiles }> {
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
  return { beside: quantiles(beside), store: quantiles(store) };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function words({ p50, p99 }: Quantiles): string {
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
