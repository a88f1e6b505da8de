/**
 * Publishes again and again, and loads a page in Chromium through a proxy of each region after every publish: is the
 * change there? Prints how often, and how long it takes elsewhere where the publish does not wait. Exits with 1 where
 * one load was late that should not be. Usage: npm run bench:next-load [-- LOADS]
 */
import { startVisitors } from '../test/support/visitors.ts';
import { startWorldProcess } from '../test/support/world-process.ts';

const loads = Number(process.argv[2] ?? 200);
const LAG_MS = 700;
/** Each of them takes as long as the lag. */
const lagLoads = Math.min(loads, 20);

await using world = await startWorldProcess({ args: ['--replication-lag', String(LAG_MS)] });
const description = await world.describe();
const { home } = description.table;
const regions = description.regions.map(({ name }) => name);
await using visitors = await startVisitors(description);
console.log(`replication lag ${LAG_MS} ms, home ${home}, ${loads} publishes`);

const seen = new Map(regions.map((region) => [region, 0]));
const hit = (region: string, isSeen: boolean): void => {
  if (isSeen) seen.set(region, (seen.get(region) ?? 0) + 1);
};
for (let load = 0; load < loads; load += 1) {
  const title = `Waiting ${load}`;
  await visitors.publish(title, '?wait=all');
  for (const region of regions) hit(region, (await visitors.titleAtNextLoad(region)) === title);
}
for (const region of regions) console.log(`wait=all  ${region.padEnd(16)} ${seen.get(region)} of ${loads}`);

let atHome = 0;
for (let load = 0; load < loads; load += 1) {
  const title = `At once ${load}`;
  await visitors.publish(title);
  if ((await visitors.titleAtNextLoad(home)) === title) atHome += 1;
}
console.log(`no wait   ${home.padEnd(16)} ${atHome} of ${loads}`);

for (const region of regions.filter((name) => name !== home)) {
  const lags: number[] = [];
  for (let load = 0; load < lagLoads; load += 1) {
    const title = `Later ${region} ${load}`;
    await visitors.publish(title);
    const answered = performance.now();
    while ((await visitors.titleAtNextLoad(region)) !== title) {
      // Loading again is all that a visitor can do.
    }
    lags.push(performance.now() - answered);
  }
  const sorted = lags.toSorted((a, b) => a - b);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(
    `no wait   ${region.padEnd(16)} seen after ${median?.toFixed(0)} ms (median of ${lagLoads}, worst ${worst?.toFixed(0)} ms)`,
  );
}
process.exitCode = atHome === loads && [...seen.values()].every((count) => count === loads) ? 0 : 1;
