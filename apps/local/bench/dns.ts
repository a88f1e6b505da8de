/**
 * Measures the DNS server with dnsperf (Debian: apt-get install dnsperf): how many queries it answers in a second of
 * one core's time, over the production topology. Usage: npm run bench:dns [-- SECONDS] [--json]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { builtinGeoTable, locateClient, modelledLatency } from '@isochrone/routing';
import { onLocalhost, publicHostname } from '@isochrone/topology';
import { openAddressBook } from '../src/address-book.ts';
import { openDeciding } from '../src/dns/deciding.ts';
import { localZone } from '../src/dns/local-zone.ts';
import { startDnsServer } from '../src/dns/server.ts';
import { readTopologyFile } from '../src/topology-file.ts';

const WANTED_PER_SECOND = 10_000;
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const seconds = Number(positionals[0] ?? 10);
const file = fileURLToPath(new URL('../../../topologies/production.yaml', import.meta.url));
const { topology: written } = readTopologyFile(file);
const topology = onLocalhost(written);
const zone = localZone(topology, await openAddressBook('127.77', 8443, { singleAddress: false }));
const home = locateClient(topology.home, builtinGeoTable);
const deciding = openDeciding({
  zone: () => zone,
  isHealthy: () => true,
  geo: builtinGeoTable,
  latency: modelledLatency,
  defaultPlace: () => home,
  timeScale: 1,
});
const server = await startDnsServer({ address: '127.0.0.1', port: 0 }, deciding.authority);

const name = publicHostname(topology);
/** Mostly the public name, as visitors ask, and some of everything else. */
const queries = [
  ...Array.from({ length: 14 }, () => `${name} A`),
  `${name} AAAA`,
  `${topology.home}-${name} A`,
  `proxy1-${topology.home}-${name} A`,
  `nobody.${topology.domain} A`,
];
const folder = mkdtempSync(join(tmpdir(), 'isochrone-bench-'));
const queryFile = join(folder, 'queries');
writeFileSync(queryFile, `${queries.join('\n')}\n`);

if (spawnSync('dnsperf', ['-h']).error) {
  console.error('dnsperf is not installed: apt-get install dnsperf');
  process.exit(1);
}
/** EDNS Client Subnet 198.18.18.0/24: London. */
const SUBNET = '8:00011800c61212';
const arguments_ = ['-s', '127.0.0.1', '-p', String(server.endpoint.port), '-d', queryFile];
const before = process.cpuUsage();
const startedAt = performance.now();
const dnsperf = spawn('dnsperf', [
  ...arguments_,
  '-l',
  String(seconds),
  '-c',
  '4',
  '-q',
  '100',
  '-E',
  SUBNET,
]);
let output = '';
dnsperf.stdout.on('data', (chunk) => {
  output += chunk;
});
const [code] = await once(dnsperf, 'close');
const elapsed = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(before);
const cpuSeconds = (user + system) / 1e6;
await server.close();
rmSync(folder, { recursive: true });

const figure = (label: string): number => Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(output)?.[1] ?? 0);
const answered = figure('Queries completed');
const measured = {
  answered,
  sent: figure('Queries sent'),
  perSecond: answered / elapsed,
  perCoreSecond: answered / cpuSeconds,
  averageLatencyMs: figure('Average Latency \\(s\\)') * 1_000,
};
if (values.json) {
  console.log(JSON.stringify(measured));
} else {
  console.log(`answered          ${answered} of ${measured.sent} in ${elapsed.toFixed(1)} s`);
  console.log(
    `per second        ${Math.round(measured.perSecond)} (with dnsperf, and whatever else runs, beside it)`,
  );
  console.log(
    `per core second   ${Math.round(measured.perCoreSecond)} (${cpuSeconds.toFixed(1)} s of CPU used)`,
  );
  console.log(`average latency   ${measured.averageLatencyMs.toFixed(2)} ms`);
}
if (code !== 0 || measured.perCoreSecond < WANTED_PER_SECOND) {
  console.error(`expected at least ${WANTED_PER_SECOND} for each second of one core`);
  process.exit(1);
}
