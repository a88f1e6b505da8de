import type { Block, Button, Inline, Run } from './content.ts';
import { tourDefaults as defaults } from './defaults.ts';
import { type Environment, newEnvironment } from './environment.ts';
import type { Frequency, Tour, Trigger } from './schema.ts';
import type { Anchor, Step } from './steps.ts';
import type { Target } from './targeting.ts';
import type { Theme } from './theme.ts';

/** A tour as browsers get it: public, and without what its author noted. */
export type PublishedTour = Omit<Tour, 'name' | 'note' | 'author'>;

/** All that is live in one environment of an account. */
export interface PublishedPayload {
  /** Of this shape; a runtime ignores a payload of a format that it does not know. */
  readonly format: 1;
  /** By falling priority, then by id. */
  readonly tours: readonly PublishedTour[];
  /** `assumed` where it is absent. */
  readonly consent?: 'required';
  readonly domains?: readonly string[];
  readonly frequencyCap?: Environment['frequencyCap'];
  /** Those that these tours use. */
  readonly themes?: Readonly<Record<string, Theme>>;
}

/** The smallest payload that shows these tours: private fields and default values are left out. */
export const compileTours = (
  tours: readonly Tour[],
  environment: Environment = newEnvironment,
): PublishedPayload => payloadOf(tours.map(publishedTour), environment);

/** What is live when these tours are: equal tours give equal text, whatever their order. */
export function payloadOf(tours: readonly PublishedTour[], environment: Environment): PublishedPayload {
  const { consent, domains = [], frequencyCap, themes = {} } = environment;
  const used = new Set(tours.map(({ theme }) => theme ?? 'default'));
  const usedThemes = Object.entries(themes)
    .filter(([id]) => used.has(id))
    .toSorted(([a], [b]) => inOrder(a, b));
  return {
    format: 1,
    tours: tours.toSorted(
      (a, b) => (b.priority ?? defaults.priority) - (a.priority ?? defaults.priority) || inOrder(a.id, b.id),
    ),
    ...(consent === 'required' ? { consent } : {}),
    ...(domains.length === 0 ? {} : { domains }),
    ...(frequencyCap === undefined ? {} : { frequencyCap }),
    ...(usedThemes.length === 0 ? {} : { themes: Object.fromEntries(usedThemes) }),
  };
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The public part of a tour. Field by field: what is added to a draft stays private until it is named here. */
export function publishedTour(tour: Tour): PublishedTour {
  const { id, trigger, frequency, defaultLocale, steps } = tour;
  const target = tour.target && publishedTarget(tour.target);
  const { from, to } = tour.schedule ?? {};
  return {
    id,
    ...given('priority', tour, defaults),
    ...((from ?? to) ? { schedule: { ...(from ? { from } : {}), ...(to ? { to } : {}) } } : {}),
    trigger: publishedTrigger(trigger),
    ...(target && Object.keys(target).length > 0 ? { target } : {}),
    frequency: publishedFrequency(frequency),
    ...given('theme', tour, { theme: 'default' }),
    defaultLocale,
    steps: steps.map(publishedStep),
  };
}

function publishedTrigger(trigger: Trigger): Trigger {
  if (trigger.kind === 'manual') return { kind: 'manual' };
  const delay = given('delayMs', trigger, defaults.trigger);
  if (trigger.kind === 'page') return { kind: 'page', ...delay };
  if (trigger.kind === 'event') return { kind: 'event', event: trigger.event, ...delay };
  return { kind: 'element', path: trigger.path, ...delay };
}

function publishedTarget(target: Target): Target {
  const devices = [...new Set(target.devices)];
  return {
    ...given('urls', target, {}),
    ...given('where', target, {}),
    ...given('percent', target, defaults.target),
    ...(devices.length === 1 ? { devices } : {}),
  };
}

const publishedFrequency = (frequency: Frequency): Frequency => ({
  mode: frequency.mode,
  ...given('everyDays', frequency, {}),
  ...given('maxShows', frequency, {}),
  ...given('exemptFromCap', frequency, defaults.frequency),
});

function publishedStep(step: Step): Step {
  const parts = {
    id: step.id,
    content: mapValues(step.content, ({ title, body }) => ({ title, body: body.map(publishedBlock) })),
    ...(step.buttons === undefined ? {} : { buttons: step.buttons.map(publishedButton) }),
  };
  if (step.kind === 'modal') return { ...parts, kind: 'modal', ...given('advance', step, {}) };
  if (step.kind === 'banner')
    return {
      ...parts,
      kind: 'banner',
      ...given('position', step, defaults.step),
      ...given('advance', step, {}),
    };
  return {
    ...parts,
    kind: 'tooltip',
    anchor: publishedAnchor(step.anchor),
    ...given('side', step, defaults.step),
    ...given('align', step, defaults.step),
    ...given('advance', step, {}),
  };
}

const publishedAnchor = (anchor: Anchor): Anchor => ({
  path: anchor.path,
  ...given('text', anchor, {}),
  ...given('waitMs', anchor, defaults.anchor),
  ...given('onMissing', anchor, defaults.anchor),
});

function publishedButton(button: Button): Button {
  const { action, label } = button;
  if (action === 'link')
    return { action, label, href: button.href, ...given('newTab', button, defaults.button) };
  return action === 'tour' ? { action, label, tour: button.tour } : { action, label };
}

function publishedBlock(block: Block): Block {
  if (block.kind === 'paragraph') return { kind: 'paragraph', text: publishedInline(block.text) };
  if (block.kind === 'list')
    return {
      kind: 'list',
      ...given('ordered', block, defaults.list),
      items: block.items.map(publishedInline),
    };
  const { kind, src, alt } = block;
  return { kind, src, alt, ...given('width', block, {}), ...given('height', block, {}) };
}

/** Neighbours of one form become one run; what then has no form at all, plain text. */
function publishedInline(inline: Inline): Inline {
  if (typeof inline === 'string') return inline;
  const runs: Run[] = [];
  for (const run of inline) {
    const last = runs.at(-1);
    if (last && last.b === run.b && last.i === run.i && last.href === run.href)
      runs[runs.length - 1] = { ...last, text: last.text + run.text };
    else runs.push(run);
  }
  const [only] = runs;
  return only && runs.length === 1 && !only.b && !only.i && only.href === undefined ? only.text : runs;
}

const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** `{ [key]: value }` where a value is given and is not the default, else `{}`. */
function given<Key extends string, From extends { readonly [K in Key]?: unknown }>(
  key: Key,
  from: From,
  standard: { readonly [K in Key]?: unknown },
): Partial<Pick<From, Key>> {
  const picked: Partial<Pick<From, Key>> = {};
  if (from[key] !== undefined && from[key] !== standard[key]) picked[key] = from[key];
  return picked;
}
