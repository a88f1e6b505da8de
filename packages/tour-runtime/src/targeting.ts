import type { PublishedTour } from '@isochrone/tours';
import { holds } from './conditions.ts';
import { percentOf } from './percent.ts';
import { matchesUrls } from './urls.ts';

/** Who is looking. */
export interface Visitor {
  readonly traits: ReadonlyMap<string, unknown>;
  /** Undefined where nothing lasting may be known of the visitor. */
  readonly id: () => string | undefined;
}

/** Whether a tour is for this visitor, on this page, now. */
export function isFor({ id, schedule, target = {} }: PublishedTour, visitor: Visitor): boolean {
  const now = Date.now();
  if (schedule?.from && now < Date.parse(schedule.from)) return false;
  if (schedule?.to && now >= Date.parse(schedule.to)) return false;
  const { urls, where, percent, devices } = target;
  if (!matchesUrls(urls, location)) return false;
  if (devices && !devices.includes(isMobile() ? 'mobile' : 'desktop')) return false;
  if (where && !holds(where, visitor.traits, now)) return false;
  if (percent === undefined) return true;
  // Who cannot be told from others cannot be chosen for good: shown now, gone at the next load.
  const chosen = visitor.id();
  return chosen !== undefined && percentOf(`${id}:${chosen}`) < percent;
}

/** A device that is used with fingers: the primary pointer is coarse, and cannot hover. */
const isMobile = (): boolean => window.matchMedia('(hover: none) and (pointer: coarse)').matches;
