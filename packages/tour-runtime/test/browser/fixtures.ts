import { type Step, sampleTour, type Tour } from '@isochrone/tours';

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

const contentOf = (id: string): Step['content'] => ({
  en: { title: `Title of ${id}`, body: [{ kind: 'paragraph', text: `Body of ${id}` }] },
});

export const tooltip = (id: string, selector: string, more: Partial<Of<'tooltip'>> = {}): Step => ({
  id,
  kind: 'tooltip',
  anchor: { path: [selector] },
  content: contentOf(id),
  ...more,
});

export const modal = (id: string, more: Partial<Of<'modal'>> = {}): Step => ({
  id,
  kind: 'modal',
  content: contentOf(id),
  ...more,
});

export const banner = (id: string, more: Partial<Of<'banner'>> = {}): Step => ({
  id,
  kind: 'banner',
  content: contentOf(id),
  ...more,
});

export const tourOf = (steps: readonly Step[], more: Partial<Tour> = {}): Tour => ({
  id: sampleTour.id,
  trigger: { kind: 'page' },
  frequency: { mode: 'every' },
  defaultLocale: 'en',
  steps: [...steps],
  ...more,
});

/** Further ids, in the order of their letters. */
export const tourId = (letter: string): string => `tour_${letter.repeat(26)}`;

/** A page with only `body`, its loader and the script, which comes from another origin. */
export const pageOf = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title><body>${body}<script async src="SCRIPT_ORIGIN/acme.js"></script>`;

/** Keeps the calls of a page until the script is there, as the loader does. */
export const stub = (calls: string): string => `<script>window.isochrone={q:[${calls}]}</script>`;
