import type { AddressInfo } from 'node:net';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { EdgeProxyErrorCode } from './errors.ts';
import type { Materials } from './materials.ts';
import type { WorkerMetrics } from './metrics.ts';

/** Requests of busy clients since the last time, by client. */
export type Rates = readonly (readonly [client: string, requests: number])[];

/** What the primary process tells a worker. Nothing of it leaves the machine, or the two processes' memory. */
export type ToWorker =
  | {
      readonly type: 'start';
      readonly config: EdgeProxyConfig;
      readonly materials: Materials;
      readonly workers: number;
      /** Base64; see `Share`. */
      readonly ticketKeys: string;
      readonly logLevel: string;
    }
  | {
      readonly type: 'reload';
      readonly id: number;
      readonly config: EdgeProxyConfig;
      readonly materials: Materials;
    }
  | { readonly type: 'metrics'; readonly id: number }
  | { readonly type: 'rates'; readonly rates: Rates }
  | { readonly type: 'drain' }
  | { readonly type: 'stop' };

/** What a worker tells the primary process. */
export type FromWorker =
  | {
      readonly type: 'listening';
      readonly address: AddressInfo;
      readonly plainAddress: AddressInfo | null;
    }
  | {
      readonly type: 'failed';
      readonly code: EdgeProxyErrorCode;
      readonly message: string;
      readonly hint: string;
    }
  | { readonly type: 'reloaded'; readonly id: number }
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: WorkerMetrics }
  | { readonly type: 'rates'; readonly rates: Rates };

/** Node's cluster module sends messages of its own on the same channel; ours have a type. */
const isTyped = (message: unknown): message is { readonly type: string } =>
  typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string';

export const isToWorker = (message: unknown): message is ToWorker => isTyped(message);
export const isFromWorker = (message: unknown): message is FromWorker => isTyped(message);
