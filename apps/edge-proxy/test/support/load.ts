import { Agent } from 'node:https';
import { onTestFinished } from 'vitest';
import { type Ask, ask } from './client.ts';

export interface Load {
  /** Requests so far. */
  readonly count: number;
  /** Ends it; the result is what failed, or was not answered with 200. */
  stop(): Promise<readonly string[]>;
}

/** Some clients that ask one request after the other, on connections that they keep, until they are stopped. */
export function startLoad(edge: { readonly port: number }, request: Ask = {}, clients = 4): Load {
  const failures: string[] = [];
  let count = 0;
  let going = true;
  async function client(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (going) {
      try {
        const { status, headers } = await ask(edge, { ...request, agent });
        if (status !== 200) failures.push(`${status} ${headers['x-edge-reason']}`);
      } catch (error) {
        failures.push(String(error));
      }
      count += 1;
    }
    agent.destroy();
  }
  const clientsDone = Promise.all(Array.from({ length: clients }, client));
  onTestFinished(() => {
    going = false;
  });
  return {
    get count() {
      return count;
    },
    stop: async () => {
      going = false;
      await clientsDone;
      return failures;
    },
  };
}
