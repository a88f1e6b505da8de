import { Agent } from 'node:https';
import { type Ask, type Asked, ask } from './wire/ask.ts';

/** Requests that go on and on until they are stopped. */
export interface Load extends AsyncDisposable {
  /** Requests that were answered with 200. */
  answered(): number;
  /** What became of all others. */
  failures(): readonly string[];
  /** Begins no more requests; resolves when the last one has ended. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Requests at a time; every second of these visitors keeps its connection, the others come anew each time. */
  readonly visitors: number;
  readonly request: Ask;
}

export function startLoad(asked: Asked, { visitors, request }: LoadOptions): Load {
  let going = true;
  let answered = 0;
  const failures: string[] = [];
  const visit = async (index: number): Promise<void> => {
    const agent = index % 2 === 0 ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
    while (going) {
      try {
        const { status, headers } = await ask(asked, {
          ...request,
          ...(agent === undefined ? {} : { agent }),
        });
        if (status === 200) answered += 1;
        else failures.push(`${status} ${headers['x-edge-reason'] ?? ''}`);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      // One visitor after the other, and room for what else goes on in this process.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    agent?.destroy();
  };
  const visits = Promise.all(Array.from({ length: visitors }, (_, index) => visit(index)));
  const stop = async (): Promise<void> => {
    going = false;
    await visits;
  };
  return { answered: () => answered, failures: () => failures, stop, [Symbol.asyncDispose]: stop };
}
