import type { PublishedTour } from '@isochrone/tours';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFrequency } from '../src/frequency.ts';
import { createKeeper } from '../src/kept.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2027, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A storage of the browser. */
function storage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
    },
    removeItem: (key) => {
      items.delete(key);
    },
  };
}

const tour = (frequency: PublishedTour['frequency'], id = 'tour_A'): PublishedTour => ({
  id,
  trigger: { kind: 'page' },
  frequency,
  defaultLocale: 'en',
  steps: [],
});

/** A browser with one tab after another. */
function open(cap?: { readonly max: number; readonly windowHours: number }) {
  const local = storage();
  const tab = () =>
    createFrequency(
      cap,
      createKeeper(
        () => local,
        'k',
        () => true,
      ),
      createKeeper(storageOnce(), 'k', () => true),
    );
  return { tab, local };
}

function storageOnce(): () => Storage {
  const own = storage();
  return () => own;
}

describe('frequency', () => {
  it('once: not again in this browser', () => {
    const { tab } = open();
    const one = tour({ mode: 'once' });
    const first = tab();
    expect(first.allows(one)).toBe(true);
    first.shown(one);
    expect(first.allows(one)).toBe(false);
    expect(tab().allows(one)).toBe(false);
  });

  it('until_done: again until it was completed or dismissed', () => {
    const { tab } = open();
    const one = tour({ mode: 'until_done' });
    tab().shown(one);
    expect(tab().allows(one)).toBe(true);
    tab().ended(one);
    expect(tab().allows(one)).toBe(false);
  });

  it('session: once in each tab', () => {
    const { tab } = open();
    const one = tour({ mode: 'session' });
    const first = tab();
    first.shown(one);
    first.ended(one);
    expect(first.allows(one)).toBe(false);
    expect(tab().allows(one)).toBe(true);
  });

  it('everyDays: not before so many days have passed', () => {
    const { tab } = open();
    const one = tour({ mode: 'every', everyDays: 7 });
    tab().shown(one);
    vi.advanceTimersByTime(7 * DAY - 1);
    expect(tab().allows(one)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(tab().allows(one)).toBe(true);
  });

  it('maxShows: at most so often', () => {
    const { tab } = open();
    const one = tour({ mode: 'every', maxShows: 2 });
    tab().shown(one);
    expect(tab().allows(one)).toBe(true);
    tab().shown(one);
    expect(tab().allows(one)).toBe(false);
  });

  it('cap: so many tours of the account in so many hours, without those that are exempt', () => {
    const { tab } = open({ max: 2, windowHours: 24 });
    const every = (id: string, exemptFromCap = false) => tour({ mode: 'every', exemptFromCap }, id);
    tab().shown(every('tour_free', true));
    tab().shown(every('tour_A'));
    vi.advanceTimersByTime(HOUR);
    expect(tab().allows(every('tour_B'))).toBe(true);
    tab().shown(every('tour_B'));
    expect(tab().allows(every('tour_C'))).toBe(false);
    expect(tab().allows(every('tour_free', true))).toBe(true);
    tab().shown(every('tour_free', true));
    expect(tab().allows(every('tour_C'))).toBe(false);
    vi.advanceTimersByTime(23 * HOUR);
    expect(tab().allows(every('tour_C'))).toBe(true);
  });

  it.each(['{', 'null', '[]', '{"tours":{"tour_A":5},"cap":"x"}', '{"tours":null}'])(
    'takes %s in the storage for nothing',
    (text) => {
      const { tab, local } = open({ max: 1, windowHours: 1 });
      local.setItem('k', text);
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      expect(tab().allows(tour({ mode: 'once' }))).toBe(true);
      warn.mockRestore();
    },
  );
});
