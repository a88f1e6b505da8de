import * as z from 'zod';
import { tourIdPattern } from './keys.ts';
import { limits } from './limits.ts';

// Control characters but tab and line feed, and lone surrogates, which UTF-8 cannot carry.
const UNPRINTABLE = /(?![\t\n])\p{Cc}|\p{Surrogate}/u;

const text = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .refine((value) => !UNPRINTABLE.test(value), {
      error: 'control characters and lone surrogates are not text',
    });

/** A BCP 47 language tag: language, then script, region or variants. */
const localeSchema = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, { error: 'expected a language tag such as en or pt-BR' });

const localised = <Content extends z.ZodType>(content: Content) =>
  z.record(localeSchema, content).refine((value) => Object.keys(value).length <= limits.locales, {
    error: `expected at most ${limits.locales} locales`,
  });

// A union from the start, so that lists and images can join without a change to what is stored.
const blockSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('paragraph'), text: text(limits.paragraph) }),
]);

const contentSchema = localised(
  z.strictObject({ title: text(limits.title), body: z.array(blockSchema).max(limits.blocks) }),
);

const buttonSchema = z.strictObject({
  action: z.enum(['next', 'back', 'done', 'dismiss']),
  label: localised(text(limits.label)),
});

const anchorSchema = z.strictObject({
  /** Selectors: the first is looked up in the document, each further one in the open shadow root of the last. */
  path: z.array(text(limits.selector)).min(1).max(limits.selectors),
  waitMs: z.int().min(0).max(limits.waitMs).optional(),
  onMissing: z.enum(['skip', 'end', 'center']).optional(),
});

const stepParts = {
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
    error: 'expected up to 40 of a-z, 0-9 and -, beginning with a letter',
  }),
  content: contentSchema,
  buttons: z.array(buttonSchema).min(1).max(limits.buttons).optional(),
};

/** One step: a tooltip beside an element of the page, or a modal in the middle of it. */
export const stepSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...stepParts,
    kind: z.literal('tooltip'),
    anchor: anchorSchema,
    side: z.enum(['top', 'right', 'bottom', 'left']).optional(),
    align: z.enum(['start', 'center', 'end']).optional(),
  }),
  z.strictObject({ ...stepParts, kind: z.literal('modal') }),
]);

const triggerSchema = z.discriminatedUnion('kind', [
  /** By itself once the page is there, then `delayMs` later. */
  z.strictObject({ kind: z.literal('page'), delayMs: z.int().min(0).max(limits.delayMs).optional() }),
  /** Only when the page calls `isochrone.show(id)`. */
  z.strictObject({ kind: z.literal('manual') }),
]);

/** A tour as its author writes and stores it; what browsers get is made of it by `compileTours`. */
export const tourSchema = z.strictObject({
  id: z.string().regex(tourIdPattern, { error: 'expected tour_ and 26 characters of a ULID' }),
  name: text(limits.name).optional(),
  note: text(limits.note).optional(),
  author: text(limits.name).optional(),
  trigger: triggerSchema,
  frequency: z.strictObject({
    /** `once`: never again once shown; `until_done`: until completed or dismissed; `every`: each page load. */
    mode: z.enum(['once', 'until_done', 'every']),
  }),
  defaultLocale: localeSchema,
  steps: z.array(stepSchema).min(1).max(limits.steps),
});

export type Block = z.output<typeof blockSchema>;
export type Button = z.output<typeof buttonSchema>;
export type Anchor = z.output<typeof anchorSchema>;
export type Step = z.output<typeof stepSchema>;
export type Tour = z.output<typeof tourSchema>;
