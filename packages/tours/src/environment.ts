import * as z from 'zod';
import { limits } from './limits.ts';
import { themeIdSchema, themeSchema } from './theme.ts';

const domainSchema = z
  .string()
  .max(253)
  .regex(/^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'expected a hostname in lower case, such as app.example.com or *.example.com',
  });

/** Where tours of an account are live, such as production or staging, and what holds for all of them there. */
export const environmentSchema = z.strictObject({
  /** `suspended`: the script is delivered, and does nothing. */
  status: z.enum(['active', 'suspended']),
  /** `required`: nothing is stored in browsers, and no event sent, before the page says `isochrone.consent(true)`. */
  consent: z.enum(['required', 'assumed']),
  /** Hosts of pages that may show tours; any page may where there are none. */
  domains: z.array(domainSchema).max(limits.domains).optional(),
  /** At most so many tours that start by themselves in so many hours, for one visitor. */
  frequencyCap: z
    .strictObject({
      max: z.int().min(1).max(limits.shows),
      windowHours: z.int().min(1).max(limits.capHours),
    })
    .optional(),
  /** By id; the one called `default` is for tours that name none. */
  themes: z
    .record(themeIdSchema, themeSchema)
    .refine((themes) => Object.keys(themes).length <= limits.themes, {
      error: `expected at most ${limits.themes} themes`,
    })
    .optional(),
});

export type Environment = z.output<typeof environmentSchema>;

/** An environment about which nothing has been said. */
export const newEnvironment: Environment = { status: 'active', consent: 'assumed' };
