import { describe, expect, it, onTestFinished } from 'vitest';
import { startControl } from '../src/control.ts';
import { eventRoutes } from '../src/event-stream.ts';
import { type Events, openEvents, type WorldEvent } from '../src/events.ts';
import { readEvents } from './support/read-events.ts';

async function streaming(events: Events): Promise<string> {
  const control = await startControl({
    bind: { address: '127.0.0.1', port: 0 },
    describe: () => {
      throw new Error('not asked for');
    },
    fetchScript: () => Promise.reject(new Error('not asked for')),
    routes: [eventRoutes(events)],
  });
  onTestFinished(() => control.close());
  return `http://127.0.0.1:${control.endpoint.port}/events`;
}

const health = (check: string) => ({ type: 'health', check, healthy: false, reason: 'status 503' }) as const;

describe('events', () => {
  it('reach everybody who listens, from then on', () => {
    const events = openEvents();
    const heard: WorldEvent[] = [];
    events.tell(health('one'));
    const stop = events.listen((event) => heard.push(event));
    events.tell(health('two'));
    stop();
    events.tell(health('three'));
    expect(heard).toMatchObject([{ id: 2, ...health('two') }]);
  });

  it('are told again to those who say what they heard last', () => {
    const events = openEvents();
    for (const check of ['one', 'two', 'three']) events.tell(health(check));
    const heard: WorldEvent[] = [];
    events.listen((event) => heard.push(event), 1);
    expect(heard.map(({ id }) => id)).toEqual([2, 3]);
  });
});

describe('GET /events', () => {
  it('streams what happens, each with its type and id', async () => {
    const events = openEvents();
    events.tell(health('before'));
    const stream = readEvents(await streaming(events), { 'last-event-id': '0' });
    onTestFinished(() => stream.close());
    expect(await stream.next(({ type }) => type === 'health')).toMatchObject({ id: 1, check: 'before' });
    events.tell(health('after'));
    expect(await stream.next(({ id }) => id === 2)).toMatchObject({ type: 'health', check: 'after' });
  });
});
