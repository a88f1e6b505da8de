import { type Step, sampleTour, type Tour } from '../src/index.ts';

const en = (title: string) => ({ en: { title, body: [] } });

/** A tour that uses everything that a tour can have. */
export const fullTour: Tour = {
  id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNM0',
  name: 'Everything',
  note: 'secret note',
  author: 'secret@author.example',
  priority: 7,
  schedule: { from: '2027-01-01T00:00:00Z', to: '2027-02-01T00:00:00+01:00' },
  trigger: { kind: 'element', path: ['app-root', '#late'], delayMs: 500 },
  target: {
    urls: [
      { op: 'glob', value: '/reports/**' },
      { op: 'not_glob', value: 'https://app.example.com/reports/*/print' },
    ],
    where: {
      all: [
        { attr: 'plan', op: 'in', value: ['pro', 'team', 3, true] },
        { any: [{ attr: 'seats', op: 'gt', value: 5 }, { not: { attr: 'beta', op: 'exists' } }] },
        { attr: 'created_at', op: 'within_days', value: 30 },
      ],
    },
    percent: 50,
    devices: ['desktop'],
  },
  frequency: { mode: 'session', everyDays: 7, maxShows: 3, exemptFromCap: true },
  theme: 'brand',
  defaultLocale: 'en',
  steps: [
    {
      id: 'all-blocks',
      kind: 'tooltip',
      anchor: { path: ['#a'], text: 'Save', waitMs: 100, onMissing: 'center' },
      side: 'left',
      align: 'start',
      advance: { on: 'click' },
      content: {
        en: {
          title: 'Blocks',
          body: [
            {
              kind: 'paragraph',
              text: [
                { text: 'Read ' },
                { text: 'the guide', b: true, i: true, href: 'https://example.com/guide?a=1#top' },
              ],
            },
            { kind: 'list', ordered: true, items: ['One', [{ text: 'Two', b: true }]] },
            { kind: 'image', src: '/pictures/a.png', alt: '', width: 320, height: 200 },
          ],
        },
      },
      buttons: [
        { action: 'link', label: { en: 'Docs' }, href: 'mailto:help@example.com', newTab: true },
        { action: 'tour', label: { en: 'More' }, tour: sampleTour.id },
      ],
    },
    { id: 'modal', kind: 'modal', content: en('Modal'), advance: { on: 'event', event: 'report saved' } },
    { id: 'banner', kind: 'banner', position: 'bottom', content: en('Banner') },
  ],
};

/** The same with another first step. */
export const withFirstStep = (change: Readonly<Record<string, unknown>>): unknown => {
  const [first, ...others]: readonly Step[] = fullTour.steps;
  return { ...fullTour, steps: [{ ...first, ...change }, ...others] };
};
