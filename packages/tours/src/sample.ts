import type { Tour } from './schema.ts';

/** The account that the sample page loads. */
export const sampleAccount = 'acme';

/** A first look around "Acme Analytics", the invented product of the sample page. */
export const sampleTour: Tour = {
  id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC',
  name: 'Welcome to Acme Analytics',
  note: 'Shown at every load, so that a change is seen at once. A tour for real visitors says "once".',
  author: 'product@acme.example',
  trigger: { kind: 'page', delayMs: 300 },
  frequency: { mode: 'every' },
  defaultLocale: 'en',
  steps: [
    {
      id: 'choose-dates',
      kind: 'tooltip',
      anchor: { path: ['#date-range'], onMissing: 'end' },
      side: 'bottom',
      align: 'end',
      content: {
        en: {
          title: 'Start with a date range',
          body: [
            { kind: 'paragraph', text: 'The figures and the chart follow it.' },
            { kind: 'paragraph', text: 'Last week against the week before is a good first look.' },
          ],
        },
        de: {
          title: 'Beginnen Sie mit einem Zeitraum',
          body: [
            { kind: 'paragraph', text: 'Die Zahlen und die Kurve darunter richten sich danach.' },
            { kind: 'paragraph', text: 'Die letzte Woche gegen die davor ist ein guter Anfang.' },
          ],
        },
      },
      buttons: [
        { action: 'dismiss', label: { en: 'Not now', de: 'Später' } },
        { action: 'next', label: { en: 'Show me', de: 'Weiter' } },
      ],
    },
    {
      id: 'read-the-chart',
      kind: 'tooltip',
      anchor: { path: ['#revenue-chart'] },
      side: 'right',
      align: 'center',
      content: {
        en: {
          title: 'Revenue, day by day',
          body: [
            {
              kind: 'paragraph',
              text: 'The dashed line is the period before. Where the two part, something happened: hover to see what.',
            },
          ],
        },
        de: {
          title: 'Umsatz, Tag für Tag',
          body: [
            {
              kind: 'paragraph',
              text: 'Die gestrichelte Linie ist der Zeitraum davor. Wo beide sich trennen, ist etwas geschehen.',
            },
          ],
        },
      },
    },
    {
      id: 'share-the-report',
      kind: 'tooltip',
      anchor: { path: ['#share-report'] },
      side: 'bottom',
      align: 'end',
      content: {
        en: {
          title: 'Bring your team',
          body: [
            {
              kind: 'paragraph',
              text: 'Share this report as a link, or have it sent to your team every Monday morning.',
            },
          ],
        },
        de: {
          title: 'Holen Sie Ihr Team dazu',
          body: [
            {
              kind: 'paragraph',
              text: 'Teilen Sie den Bericht als Link, oder lassen Sie ihn jeden Montag an Ihr Team senden.',
            },
          ],
        },
      },
      buttons: [
        { action: 'back', label: { en: 'Back', de: 'Zurück' } },
        { action: 'done', label: { en: 'Start exploring', de: 'Los geht’s' } },
      ],
    },
  ],
};
