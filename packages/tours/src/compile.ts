import { tourDefaults as defaults } from './defaults.ts';
import type { Anchor, Step, Tour } from './schema.ts';

/** A tour as browsers get it: public, and without what its author noted. */
export type PublishedTour = Omit<Tour, 'name' | 'note' | 'author'>;

/** All that is live in one account. */
export interface PublishedPayload {
  /** Of this shape; a runtime ignores a payload of a format that it does not know. */
  readonly format: 1;
  readonly tours: readonly PublishedTour[];
}

/**
 * The smallest payload that shows these tours: private fields and default values are left out. Tours are
 * sorted by id, so that equal tours give equal text.
 */
export function compileTours(tours: readonly Tour[]): PublishedPayload {
  const sorted = tours.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { format: 1, tours: sorted.map(publishedTour) };
}

// Field by field: what is added to a draft later stays private until it is named here.
const publishedTour = ({ id, trigger, frequency, defaultLocale, steps }: Tour): PublishedTour => ({
  id,
  trigger:
    trigger.kind === 'page' ? { kind: 'page', ...given('delayMs', trigger, defaults.trigger) } : trigger,
  frequency,
  defaultLocale,
  steps: steps.map(publishedStep),
});

function publishedStep(step: Step): Step {
  const { id, content } = step;
  const buttons = step.buttons === undefined ? {} : { buttons: step.buttons };
  if (step.kind === 'modal') return { id, kind: 'modal', content, ...buttons };
  return {
    id,
    kind: 'tooltip',
    anchor: publishedAnchor(step.anchor),
    ...given('side', step, defaults.step),
    ...given('align', step, defaults.step),
    content,
    ...buttons,
  };
}

const publishedAnchor = (anchor: Anchor): Anchor => ({
  path: anchor.path,
  ...given('waitMs', anchor, defaults.anchor),
  ...given('onMissing', anchor, defaults.anchor),
});

/** `{ [key]: value }` where a value is given and is not the default, else `{}`. */
function given<Key extends string, From extends { readonly [K in Key]?: unknown }>(
  key: Key,
  from: From,
  standard: { readonly [K in Key]: unknown },
): Partial<Pick<From, Key>> {
  const picked: Partial<Pick<From, Key>> = {};
  if (from[key] !== undefined && from[key] !== standard[key]) picked[key] = from[key];
  return picked;
}
