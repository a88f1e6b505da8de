/**
 * Publishes again and again in a local world, and asks a proxy of each region until it serves the change: how long after
 * the publish was sent is that? Usage: node apps/local/bench/publish.ts [PUBLISHES] [--json]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sampleTour } from '@isochrone/tours';
import { Agent, request } from 'undici';
import { startWorldProcess } from '../test/support/world-process.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const publishes = Number(positionals[0] ?? 20);
const PATIENCE_MS = 10_000;

await using world = await startWorldProcess();
const description = await world.describe();
const { home, replicationLagMs } = description.table;
const ca = readFileSync(description.ca, 'utf8');
const script = new URL(description.scriptUrl);

/** Connects to one address, whatever name is asked for; Node does not resolve those of the local world. */
const agentTo = (address: string): Agent =>
  new Agent({ connect: { ca, lookup: (_name, _options, done) => done(null, [{ address, family: 4 }]) } });
const api = agentTo(description.frontDoor.address);
const proxies = description.regions.flatMap(({ name, proxies: [proxy] }) =>
  proxy === undefined
    ? []
    : [
        {
          region: name,
          url: `https://${script.hostname}:${proxy.port}${script.pathname}`,
          agent: agentTo(proxy.address),
        },
      ],
);

async function call(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<void> {
  const { statusCode, body: answer } = await request(`${description.publish.url}${path}`, {
    method,
    dispatcher: api,
    headers: {
      authorization: `Bearer ${description.publishKey}`,
      ...(body === undefined ? {} : { 'if-match': '*', 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${method} ${path} answered ${statusCode}: ${text}`);
}

/** Milliseconds until the region's proxy serves a script with `title`. */
async function served({ region, url, agent }: (typeof proxies)[number], title: string, since: number) {
  while (performance.now() - since < PATIENCE_MS) {
    const { body } = await request(url, { dispatcher: agent });
    if ((await body.text()).includes(title)) return performance.now() - since;
  }
  throw new Error(`${region} does not serve "${title}" after ${PATIENCE_MS} ms`);
}

const times = new Map(proxies.map(({ region }) => [region, [] as number[]]));
for (let publish = 0; publish < publishes; publish += 1) {
  const title = `Timed ${publish} ${Date.now()}`;
  await call('PUT', '/draft', {
    ...sampleTour,
    steps: [{ id: 'only', kind: 'modal', content: { en: { title, body: [] } } }],
  });
  const since = performance.now();
  const seen = Promise.all(
    proxies.map(async (proxy) => times.get(proxy.region)?.push(await served(proxy, title, since))),
  );
  await Promise.all([call('POST', '/publish'), seen]);
}
await Promise.all([api, ...proxies.map(({ agent }) => agent)].map((agent) => agent.close()));

const regions = [...times].map(([region, of]) => {
  const sorted = of.toSorted((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { region, home: region === home, medianMs, worstMs: sorted.at(-1) ?? Number.NaN };
});
if (values.json) {
  console.log(JSON.stringify({ publishes, replicationLagMs, regions }));
} else {
  console.log(`replication lag ${replicationLagMs} ms, home ${home}, ${publishes} publishes`);
  for (const { region, medianMs, worstMs } of regions) {
    console.log(
      `${region.padEnd(16)} served after ${medianMs.toFixed(0)} ms (median; worst ${worstMs.toFixed(0)} ms)`,
    );
  }
}
