import * as z from 'zod';
import { limits } from './limits.ts';
import { text } from './texts.ts';

const traitSchema = z.string().regex(new RegExp(`^[A-Za-z][\\w.-]{0,${limits.trait - 1}}$`), {
  error: `expected up to ${limits.trait} letters, digits and _ . -, beginning with a letter`,
});

const scalarSchema = z.union([text(limits.traitValue), z.number(), z.boolean()]);

/** About one trait that the page gave to `isochrone.identify`; a trait that it did not give fails all but `ne`. */
const comparisonSchema = z.discriminatedUnion('op', [
  z.strictObject({ attr: traitSchema, op: z.literal('exists') }),
  z.strictObject({ attr: traitSchema, op: z.enum(['eq', 'ne']), value: scalarSchema }),
  z.strictObject({ attr: traitSchema, op: z.enum(['gt', 'lt']), value: z.number() }),
  /** The trait is a text that has this in it, or a list that has this as an entry. */
  z.strictObject({ attr: traitSchema, op: z.literal('contains'), value: text(limits.traitValue) }),
  z.strictObject({
    attr: traitSchema,
    op: z.literal('in'),
    value: z.array(scalarSchema).min(1).max(limits.traitValues),
  }),
  /** The trait is a point in time (RFC 3339, or milliseconds since 1970) at most so many days ago. */
  z.strictObject({ attr: traitSchema, op: z.literal('within_days'), value: z.int().min(1).max(limits.days) }),
]);

export type Comparison = z.output<typeof comparisonSchema>;

/** A comparison, or conditions of which all, any or none must hold; at most four levels. */
export type Condition =
  | Comparison
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

const conditionSchema: z.ZodType<Condition> = z
  .lazy(() => {
    const several = z.array(conditionSchema).min(1).max(limits.conditions);
    return z.union([
      comparisonSchema,
      z.strictObject({ all: several }),
      z.strictObject({ any: several }),
      z.strictObject({ not: conditionSchema }),
    ]);
  })
  .meta({ id: 'Condition' });

const urlSchema = z.strictObject({
  /** In a glob, `*` stands for any characters but `/`, and `**` for any. */
  op: z.enum(['exact', 'prefix', 'glob', 'not_glob']),
  /** One that begins with `/` is compared with the page's path, any other with origin and path. */
  value: z
    .string()
    .regex(new RegExp(`^(?:/|https?://)[^\\s\\p{Cc}\\p{Surrogate}]{0,${limits.url - 8}}$`, 'u'), {
      error: `expected a path that begins with /, or an address with http:// or https://, up to ${limits.url} characters`,
    }),
});

/** To whom, and where, a tour is shown; everything that is given must hold. */
export const targetSchema = z
  .strictObject({
    /** The page matches one of the rules that are not `not_glob`, if there are any, and none of those that are. */
    urls: z.array(urlSchema).min(1).max(limits.urls).optional(),
    where: conditionSchema.optional(),
    /** Of the visitors, chosen by a stable hash of the tour's and the visitor's ids. */
    percent: z.number().min(0).max(100).optional(),
    devices: z
      .array(z.enum(['desktop', 'mobile']))
      .min(1)
      .max(2)
      .optional(),
  })
  .meta({ id: 'Target' });

export type UrlRule = z.output<typeof urlSchema>;
export type Target = z.output<typeof targetSchema>;
