import * as z from 'zod';
import { tourIdSchema } from './content.ts';
import { limits } from './limits.ts';
import { pathSchema, stepSchema } from './steps.ts';
import { targetSchema } from './targeting.ts';
import { eventNameSchema, localeSchema, text } from './texts.ts';
import { themeIdSchema } from './theme.ts';

const delayMs = z.int().min(0).max(limits.delayMs).optional();

const triggerSchema = z.discriminatedUnion('kind', [
  /** By itself once the page is there, then `delayMs` later. */
  z.strictObject({ kind: z.literal('page'), delayMs }),
  /** When the page calls `isochrone.track(event)`. */
  z.strictObject({ kind: z.literal('event'), event: eventNameSchema, delayMs }),
  /** When an element comes to be seen. */
  z.strictObject({ kind: z.literal('element'), path: pathSchema, delayMs }),
  /** Only when the page calls `isochrone.show(id)`. */
  z.strictObject({ kind: z.literal('manual') }),
]);

const moment = z.iso.datetime({
  offset: true,
  error: 'expected a date and time with its offset, such as 2027-01-31T09:00:00Z',
});

const frequencySchema = z.strictObject({
  /**
   * `once`: never again once shown; `until_done`: until completed or dismissed; `session`: once in each tab;
   * `every`: each time that its trigger fires.
   */
  mode: z.enum(['once', 'until_done', 'every', 'session']),
  /** Besides, not within so many days of the last showing. */
  everyDays: z.int().min(1).max(limits.days).optional(),
  /** Besides, at most so often to one visitor. */
  maxShows: z.int().min(1).max(limits.shows).optional(),
  /** Not held back by the environment's cap, nor counted in it. */
  exemptFromCap: z.boolean().optional(),
});

/** A tour as its author writes and stores it; what browsers get is made of it by `compileTours`. */
export const tourSchema = z.strictObject({
  id: tourIdSchema,
  name: text(limits.name).optional(),
  note: text(limits.note).optional(),
  author: text(limits.name).optional(),
  /** Of tours that could start at the same time, the one with the highest does. */
  priority: z.int().min(0).max(limits.priority).optional(),
  /** When it may start, by the visitor's clock. */
  schedule: z.strictObject({ from: moment.optional(), to: moment.optional() }).optional(),
  trigger: triggerSchema,
  target: targetSchema.optional(),
  frequency: frequencySchema,
  /** Id of a theme of the environment. */
  theme: themeIdSchema.optional(),
  defaultLocale: localeSchema,
  steps: z.array(stepSchema).min(1).max(limits.steps),
});

export type Trigger = z.output<typeof triggerSchema>;
export type Frequency = z.output<typeof frequencySchema>;
export type Tour = z.output<typeof tourSchema>;
