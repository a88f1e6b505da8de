import cluster from 'node:cluster';
import { CLIENT_RATE_WINDOW } from '@isochrone/config-gen';
import { type Edge, startEdge } from './edge.ts';
import { EdgeProxyError } from './errors.ts';
import { standardOutput } from './log.ts';
import { type FromWorker, isToWorker, type ToWorker } from './messages.ts';
import { observeProcess } from './metrics.ts';

/** How often workers tell each other of busy clients. */
const NEWS_MS = 500;

/** A client's requests are told of from this share of the limit on, split among the workers. */
const NEWSWORTHY = 0.25;

const tell = (message: FromWorker, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then);
};

/** Runs one of several workers: it does as the primary process says, and ends with it. */
export function runWorker(): void {
  // These reach the whole process group, or every process of a service; the primary process decides.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(1));
  // What was to be told to a primary process that is gone.
  cluster.worker?.on('error', () => process.exit(1));
  let running: Promise<Edge> | undefined;
  process.on('message', (message: unknown) => {
    if (!isToWorker(message)) return;
    if (message.type === 'start') running = start(message);
    else void running?.then((edge) => follow(edge, message));
  });
}

async function start(message: ToWorker & { readonly type: 'start' }): Promise<Edge> {
  const { config, materials, workers, logLevel } = message;
  const share = { workers, ticketKeys: Buffer.from(message.ticketKeys, 'base64') };
  try {
    const edge = await startEdge(config, materials, { level: logLevel, stream: standardOutput() }, share);
    observeProcess(edge.metrics);
    const { clientRate } = config.limits;
    const least = Math.ceil((clientRate * CLIENT_RATE_WINDOW * NEWSWORTHY) / workers);
    setInterval(() => {
      const rates = edge.news(least);
      if (rates.length > 0) tell({ type: 'rates', rates });
    }, NEWS_MS).unref();
    tell({ type: 'listening', address: edge.address, plainAddress: edge.plainAddress });
    return edge;
  } catch (error) {
    if (!(error instanceof EdgeProxyError)) throw error;
    const { code, message: text, hint } = error;
    tell({ type: 'failed', code, message: text, hint }, () => process.exit(1));
    return new Promise(() => {});
  }
}

async function follow(edge: Edge, message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'reload':
      edge.reload(message.config, message.materials);
      return tell({ type: 'reloaded', id: message.id });
    case 'metrics':
      return tell({ type: 'metrics', id: message.id, metrics: await edge.metrics.getMetricsAsJSON() });
    case 'rates':
      return edge.addNews(message.rates);
    case 'drain':
      return edge.drain();
    case 'stop':
      await edge.close();
      process.exit(0);
  }
}
