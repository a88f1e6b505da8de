import { fileURLToPath } from 'node:url';
import { type MessagingProcess, startNode } from '@isochrone/engines';
import type { RegionName } from '@isochrone/topology';
import { type Behaviour, healthy, type UpstreamOrder, upstreamReadySchema } from './upstream-messages.ts';

const ENTRY = fileURLToPath(new URL('./upstream-process.ts', import.meta.url));

/** An API that runs as a process, on an address that it keeps for life. */
export interface LoadUpstream {
  readonly region: RegionName;
  /** What its answers carry in `x-upstream`. */
  readonly label: string;
  readonly address: string;
  readonly port: number;
  behave(behaviour: Partial<Behaviour>): void;
  closeIdle(): void;
  /** SIGKILL: connections are reset, and new ones refused. */
  kill(): Promise<void>;
  /** Starts it again where it is dead. */
  revive(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  readonly region: RegionName;
  readonly label: string;
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM file of certificate and key. */
  readonly pem: string;
}

/** Resolves once it listens. */
export async function startUpstream({
  region,
  label,
  address,
  port: wanted,
  pem,
}: UpstreamOptions): Promise<LoadUpstream> {
  const launch = async (port: number): Promise<Launched> => {
    const lines: string[] = [];
    const running = startNode({
      name: `upstream ${label}`,
      entry: ENTRY,
      args: [label, address, String(port), pem],
      log: (line) => lines.push(line),
      ipc: true,
    });
    const ready = new Promise<number>((resolve) => {
      running.onMessage((message) => resolve(upstreamReadySchema.parse(message).port));
    });
    const died = running.exited.then(() => {
      throw new Error(`upstream ${label} did not start: ${lines.join('\n')}`);
    });
    return { running, port: await Promise.race([ready, died]) };
  };
  const first = await launch(wanted);
  let { running } = first;
  let dead = false;
  const tell = (order: UpstreamOrder): void => {
    if (!dead) running.send(order);
  };
  return {
    region,
    label,
    address,
    port: first.port,
    behave: (behaviour) => tell({ kind: 'behave', ...healthy, ...behaviour }),
    closeIdle: () => tell({ kind: 'close-idle' }),
    kill: async () => {
      dead = true;
      running.signal('SIGKILL');
      await running.exited;
    },
    revive: async () => {
      if (!dead) return;
      ({ running } = await launch(first.port));
      dead = false;
    },
    freeze: () => running.freeze(),
    thaw: () => running.thaw(),
    stop: () => running.stop({ graceMs: 1_000 }),
  };
}

interface Launched {
  readonly running: MessagingProcess;
  readonly port: number;
}
