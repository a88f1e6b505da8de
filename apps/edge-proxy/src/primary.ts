import { type AddressInfo, isIPv6 } from 'node:net';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { startAdmin } from './admin.ts';
import { readConfig } from './config.ts';
import { EdgeProxyError } from './errors.ts';
import { createLog, standardOutput } from './log.ts';
import { certificateOf, type Materials } from './materials.ts';
import { createPrimaryMetrics, metricsText } from './metrics.ts';
import { followConfig } from './reloading.ts';
import { type Serving, serveAlone, workersOf } from './serving.ts';
import { serveByWorkers } from './workers.ts';

const VERSION = '0.1.0';

/** Reports every problem of a configuration; the result is an exit code. */
export function check(file: string): number {
  const read = readConfig(file);
  if (!read.ok) report(file, read.problems);
  return read.ok ? 0 : 1;
}

function report(file: string, problems: readonly EdgeProxyError[]): void {
  for (const { code, message, hint } of problems)
    process.stderr.write(`${file}: ${code} ${message}\n  ${hint}\n`);
}

/**
 * Runs the proxy until a signal, or a drain, ends it. The result is the exit code of a start that failed.
 * Signals: SIGTERM and SIGINT stop, the second one at once; SIGUSR2 drains first; SIGHUP reloads.
 */
export async function runPrimary(file: string, logLevel: string): Promise<number | undefined> {
  // What comes while the proxy starts is done once it serves; unheard, SIGHUP and SIGUSR2 would end it.
  let act = (_signal: Signal): void => {};
  const early: Signal[] = [];
  for (const signal of SIGNALS) process.on(signal, () => (started ? act(signal) : early.push(signal)));
  let started = false;

  const read = readConfig(file);
  if (!read.ok) {
    report(file, read.problems);
    return 1;
  }
  try {
    act = await run(file, read.config, read.materials, logLevel);
  } catch (error) {
    if (!(error instanceof EdgeProxyError)) throw error;
    report(file, [error]);
    // Workers that are left, and the signals above, would keep the process.
    process.exit(1);
  }
  started = true;
  for (const signal of early) act(signal);
  return undefined;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGUSR2', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

async function run(
  file: string,
  config: EdgeProxyConfig,
  materials: Materials,
  level: string,
): Promise<(signal: Signal) => void> {
  const stream = standardOutput();
  const log = createLog(level, config.instance.split('.', 1)[0] ?? config.instance, stream);
  const count = workersOf(config);
  const metrics = createPrimaryMetrics(VERSION, () => proxy.workers().length);
  const proxy: Serving =
    count === 1
      ? await serveAlone(config, materials, { level, stream })
      : await serveByWorkers({
          config,
          materials,
          count,
          exec: process.argv[1] ?? '',
          logLevel: level,
          log,
          onEnded: metrics.workerEnded,
          onLost: (error) => {
            report(file, [error]);
            process.exit(1);
          },
        });
  let certificate = certificateOf(materials);
  let draining = false;
  let stopping = false;
  const reloading = followConfig({
    file,
    config,
    log,
    apply: async (next, files) => {
      await proxy.reload(next, files);
      certificate = certificateOf(files);
    },
    onResult: metrics.reloaded,
  });
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    reloading.stop();
    admin.close();
    void proxy.close().then(() => process.exit(0));
  };
  const drain = (): number => {
    const seconds = reloading.config.drain;
    if (draining) return seconds;
    draining = true;
    log.warn({ seconds }, 'draining');
    proxy.drain();
    setTimeout(() => stopping || stop(), seconds * 1_000);
    return seconds;
  };
  const admin = await startAdmin(config.adminBind, {
    metrics: async () => metricsText(await proxy.metrics(), metrics.registry),
    state: () => ({
      status: draining ? 'draining' : proxy.workers().length === 0 ? 'no-worker' : 'ok',
      workers: proxy.workers(),
    }),
    config: () => ({
      version: VERSION,
      loadedAt: new Date(reloading.loadedAt).toISOString(),
      certificate: { ...certificate, expiry: new Date(certificate.expiry).toISOString() },
      config: reloading.config,
    }),
    drain,
  }).catch(async (error) => {
    await proxy.close();
    throw error;
  });
  log.info(`metrics at http://${textOf(admin.address)}/metrics`);
  log.info(`listening at https://${textOf(proxy.address)}`);

  return (signal) => {
    if (signal === 'SIGHUP') void reloading.reload();
    else if (signal === 'SIGUSR2') drain();
    else stop();
  };
}

const textOf = ({ address, port }: AddressInfo): string =>
  `${isIPv6(address) ? `[${address}]` : address}:${port}`;
