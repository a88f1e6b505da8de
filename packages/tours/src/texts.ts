import * as z from 'zod';
import { limits } from './limits.ts';

// Control characters but tab and line feed; lone surrogates, which UTF-8 cannot carry; and the overrides that make
// a text read differently from what it is (Unicode TR 36, section 2.9).
const UNPRINTABLE = /(?![\t\n])\p{Cc}|\p{Surrogate}|[\u202d\u202e]/u;

/** Text for people, shown as it stands. */
export const text = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .refine((value) => !UNPRINTABLE.test(value), {
      error: 'control characters, text direction overrides and lone surrogates are not text',
    });

/** A BCP 47 language tag: language, then script, region or variants. */
export const localeSchema = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, { error: 'expected a language tag such as en or pt-BR' });

/** One content for each language; a visitor gets the exact tag, else its base language, else the default. */
export const localised = <Content extends z.ZodType>(content: Content) =>
  z.record(localeSchema, content).refine((value) => Object.keys(value).length <= limits.locales, {
    error: `expected at most ${limits.locales} locales`,
  });

/** The name of something that the page tells the script: an event. */
export const eventNameSchema = z.string().regex(new RegExp(`^[\\w .:/-]{1,${limits.event}}$`), {
  error: `expected up to ${limits.event} letters, digits, spaces and _ . : / -`,
});
