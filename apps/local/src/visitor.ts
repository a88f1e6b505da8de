import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';
import type { Endpoint } from './address-plan.ts';

export interface VisitorResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Fetches over TLS, trusting the local authority, from whatever place is named. */
export interface Visitor {
  /** @param at where to connect; the URL's own name stays SNI and Host */
  get(url: string, at: Endpoint, options?: { readonly timeoutMs?: number }): Promise<VisitorResponse>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

export function openVisitor(caFile: string): Visitor {
  const ca = readFileSync(caFile);
  const agents = new Map<string, Dispatcher>();
  const agentFor = ({ address, port }: Endpoint): Dispatcher => {
    const key = `${address}:${port}`;
    const known = agents.get(key);
    if (known) return known;
    const agent = new Agent({
      connect: {
        ca,
        lookup: (_name, { all }, done) => {
          if (all) done(null, [{ address, family: 4 }]);
          else done(null, address, 4);
        },
      },
    });
    agents.set(key, agent);
    return agent;
  };
  return {
    get: async (url, at, { timeoutMs = TIMEOUT_MS } = {}) => {
      const target = new URL(url);
      const publicHost = target.host;
      target.port = String(at.port);
      const { statusCode, headers, body } = await request(target, {
        dispatcher: agentFor(at),
        headers: { host: publicHost },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const contentType = headers['content-type'];
      return {
        status: statusCode,
        contentType: Array.isArray(contentType) ? contentType[0] : contentType,
        body: Buffer.from(await body.arrayBuffer()),
      };
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
