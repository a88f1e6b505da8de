import { type Block, type PublishedTour, type Step, tourDefaults } from '@isochrone/tours';
import { isRightToLeft, pickLocale } from './locale.ts';
import type { Move } from './moves.ts';

type Tooltip = Extract<Step, { kind: 'tooltip' }>;

/** One step, ready to be seen: everything is decided, and texts are in one language. */
export interface View {
  readonly kind: Step['kind'];
  /** What to point at; in the middle of the page without it. */
  readonly target: Element | undefined;
  readonly side: NonNullable<Tooltip['side']>;
  readonly align: NonNullable<Tooltip['align']>;
  /** The edge that a banner stands at. */
  readonly position: 'top' | 'bottom';
  readonly lang: string;
  readonly rtl: boolean;
  readonly title: string;
  readonly body: readonly Block[];
  readonly progress: string;
  readonly buttons: readonly ViewButton[];
  readonly closeLabel: string;
  readonly make: (move: Move) => void;
}

export interface ViewButton {
  readonly label: string;
  readonly primary: boolean;
  readonly move: Move;
  readonly href?: string | undefined;
  readonly newTab?: boolean | undefined;
}

const LABELS = { next: 'Next', done: 'Done', back: 'Back', dismiss: 'Close' } as const;

export interface ViewOptions {
  readonly tour: PublishedTour;
  readonly index: number;
  readonly target: Element | undefined;
  readonly canGoBack: boolean;
  readonly make: (move: Move) => void;
}

/** A step as it is shown to this visitor; undefined past the last one. */
export function viewOf({ tour, index, target, canGoBack, make }: ViewOptions): View | undefined {
  const step = tour.steps[index];
  if (!step) return undefined;
  const lang = pickLocale(Object.keys(step.content), navigator.languages, tour.defaultLocale);
  const content = step.content[lang];
  const tooltip = step.kind === 'tooltip' ? step : undefined;
  return {
    kind: step.kind,
    target,
    side: tooltip?.side ?? tourDefaults.step.side,
    align: tooltip?.align ?? tourDefaults.step.align,
    position: (step.kind === 'banner' && step.position) || tourDefaults.step.position,
    lang,
    rtl: isRightToLeft(lang),
    title: content?.title ?? '',
    body: content?.body ?? [],
    progress: tour.steps.length > 1 && step.kind !== 'banner' ? `${index + 1} / ${tour.steps.length}` : '',
    buttons: buttonsOf(step, index === tour.steps.length - 1)
      .filter(({ action }) => action !== 'back' || canGoBack)
      .map((button) => viewButton(button, tour.defaultLocale)),
    closeLabel: LABELS.dismiss,
    make,
  };
}

type Written = NonNullable<Step['buttons']>[number];
/** Where the author says nothing, labels are the runtime's own. */
type Standard = { readonly action: 'next' | 'back' | 'done'; readonly label?: undefined };

function buttonsOf(step: Step, isLast: boolean): readonly (Written | Standard)[] {
  if (step.buttons) return step.buttons;
  // A step that waits for the visitor to do something is not to be passed by with a button.
  if (step.advance || (step.kind === 'banner' && isLast)) return [{ action: 'back' }];
  return [{ action: 'back' }, { action: isLast ? 'done' : 'next' }];
}

function viewButton(button: Written | Standard, defaultLocale: string): ViewButton {
  const { action, label } = button;
  const locale = label && pickLocale(Object.keys(label), navigator.languages, defaultLocale);
  const common = {
    label: (locale && label[locale]) ?? (action in LABELS ? LABELS[action as keyof typeof LABELS] : ''),
    primary: action !== 'back' && action !== 'dismiss',
  };
  if (action === 'link') {
    return { ...common, move: 'finish', href: button.href, newTab: button.newTab };
  }
  if (action === 'tour') return { ...common, move: { tour: button.tour } };
  return { ...common, move: action === 'done' ? 'finish' : action };
}
