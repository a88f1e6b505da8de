import { sampleTour, type Tour } from '@isochrone/tours';

type Step = Tour['steps'][number];

export const tooltip = (
  id: string,
  selector: string,
  more: Partial<Extract<Step, { kind: 'tooltip' }>> = {},
): Step => ({
  id,
  kind: 'tooltip',
  anchor: { path: [selector] },
  content: { en: { title: `Title of ${id}`, body: [{ kind: 'paragraph', text: `Body of ${id}` }] } },
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

/** A page with only `body`, its loader and the script. */
export const pageOf = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title><body>${body}<script async src="/acme.js"></script>`;
