import * as z from 'zod';
import { linkSchema, sourceSchema } from './addresses.ts';
import { tourIdPattern } from './keys.ts';
import { limits } from './limits.ts';
import { localised, text } from './texts.ts';

const runSchema = z.strictObject({
  text: text(limits.paragraph),
  b: z.literal(true).optional(),
  i: z.literal(true).optional(),
  /** Followed in the same tab. */
  href: linkSchema.optional(),
});

/** Plain text, or runs of text that are bold, italic or links. */
const inlineSchema = z
  .union([
    text(limits.paragraph),
    z
      .array(runSchema)
      .min(1)
      .max(limits.runs)
      .refine((runs) => runs.reduce((length, run) => length + run.text.length, 0) <= limits.paragraph, {
        error: `expected runs of at most ${limits.paragraph} characters together`,
      }),
  ])
  .meta({ id: 'Inline' });

const blockSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('paragraph'), text: inlineSchema }),
  z.strictObject({
    kind: z.literal('list'),
    /** Numbered. */
    ordered: z.boolean().optional(),
    items: z.array(inlineSchema).min(1).max(limits.items),
  }),
  z.strictObject({
    kind: z.literal('image'),
    src: sourceSchema,
    /** Empty for an image that only decorates. */
    alt: z.union([z.literal(''), text(limits.paragraph)]),
    /** Of the image itself, in CSS pixels; with both, nothing moves when it arrives. */
    width: z.int().min(1).max(limits.imageSide).optional(),
    height: z.int().min(1).max(limits.imageSide).optional(),
  }),
]);

export const contentSchema = localised(
  z.strictObject({ title: text(limits.title), body: z.array(blockSchema).max(limits.blocks) }),
).meta({ id: 'Content' });

const label = localised(text(limits.label)).meta({ id: 'Label' });

export const tourIdSchema = z
  .string()
  .regex(tourIdPattern, { error: 'expected tour_ and 26 characters of a ULID' });

export const buttonSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('next'), label }),
    z.strictObject({ action: z.literal('back'), label }),
    z.strictObject({ action: z.literal('done'), label }),
    z.strictObject({ action: z.literal('dismiss'), label }),
    /** Completes the tour and follows the link; `newTab` leaves the page, and the tour, where they are. */
    z.strictObject({
      action: z.literal('link'),
      label,
      href: linkSchema,
      newTab: z.boolean().optional(),
    }),
    /** Completes this tour and starts another one of the same environment. */
    z.strictObject({ action: z.literal('tour'), label, tour: tourIdSchema }),
  ])
  .meta({ id: 'Button' });

export type Run = z.output<typeof runSchema>;
export type Inline = z.output<typeof inlineSchema>;
export type Block = z.output<typeof blockSchema>;
export type Button = z.output<typeof buttonSchema>;
