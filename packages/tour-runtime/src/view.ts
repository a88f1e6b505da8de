import { type PublishedTour, tourDefaults } from '@isochrone/tours';
import type { View } from './highlighter.ts';
import { pickLocale } from './locale.ts';
import type { Move } from './moves.ts';

const MOVE_OF_ACTION = {
  next: 'next',
  back: 'back',
  done: 'finish',
  dismiss: 'dismiss',
  link: 'finish',
  tour: 'finish',
} as const;
const LABELS = { next: 'Next', done: 'Done', back: 'Back', dismiss: 'Close', link: '', tour: '' } as const;

/** A step as it is shown to this visitor. */
export function viewOf(
  tour: PublishedTour,
  index: number,
  target: Element | undefined,
  canGoBack: boolean,
  make: (move: Move) => void,
): View {
  const step = tour.steps[index];
  const texts = <Text>(localised: Readonly<Record<string, Text>> | undefined): Text | undefined =>
    localised?.[pickLocale(Object.keys(localised), navigator.languages, tour.defaultLocale)];
  const content = texts(step?.content);
  const placement = step?.kind === 'tooltip' ? step : undefined;
  const isLast = index === tour.steps.length - 1;
  const standard = [{ action: 'back' }, { action: isLast ? 'done' : 'next' }] as const;
  const buttons: readonly { action: keyof typeof LABELS; label?: Readonly<Record<string, string>> }[] =
    step?.buttons ?? standard;
  return {
    target,
    side: placement?.side ?? tourDefaults.step.side,
    align: placement?.align ?? tourDefaults.step.align,
    title: content?.title ?? '',
    body: content?.body ?? [],
    progress: tour.steps.length > 1 ? `${index + 1} / ${tour.steps.length}` : '',
    buttons: buttons
      .filter(({ action }) => action !== 'back' || canGoBack)
      .map(({ action, label }) => ({
        label: texts(label) ?? LABELS[action],
        primary: action === 'next' || action === 'done',
        press: () => make(MOVE_OF_ACTION[action]),
      })),
    close: () => make('dismiss'),
  };
}
