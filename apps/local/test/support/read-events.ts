import type { WorldEvent } from '../../src/events.ts';

/** Events as a browser would hear them. */
export interface EventReader {
  /** The next event that fits, among those that nobody has asked for yet. */
  next(fits: (event: WorldEvent) => boolean): Promise<WorldEvent>;
  close(): void;
}

export function readEvents(url: string, headers: Readonly<Record<string, string>> = {}): EventReader {
  const ended = new AbortController();
  const received: WorldEvent[] = [];
  const waiting = new Set<() => void>();
  const read = async (): Promise<void> => {
    const response = await fetch(url, { headers, signal: ended.signal });
    if (!response.body) throw new Error(`${url} has no body`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) received.push(JSON.parse(data));
      }
      for (const look of waiting) look();
    }
  };
  read().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    next: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = received.findIndex(fits);
          const [event] = index === -1 ? [] : received.splice(0, index + 1).slice(-1);
          if (!event) return;
          waiting.delete(look);
          resolve(event);
        };
        waiting.add(look);
        look();
      }),
    close: () => ended.abort(),
  };
}
