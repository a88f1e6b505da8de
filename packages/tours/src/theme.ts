import * as z from 'zod';

const colour = z
  .string()
  .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i, { error: 'expected a colour such as #0f172a' });

const paletteSchema = z
  .strictObject({
    background: colour.optional(),
    text: colour.optional(),
    /** Of progress, and whatever else may stand back. */
    muted: colour.optional(),
    border: colour.optional(),
    /** Of the button that goes on, and of links. */
    primary: colour.optional(),
    onPrimary: colour.optional(),
    /** Over the page, around what a step points at. */
    overlay: colour.optional(),
  })
  .meta({ id: 'Palette' });

export const themeIdSchema = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, {
  error: 'expected up to 32 of a-z, 0-9 and -, beginning with a letter',
});

/** How tours look: tokens only, never CSS. What is not given stays as the runtime has it. */
export const themeSchema = z.strictObject({
  /** `auto` follows the visitor's system. */
  scheme: z.enum(['light', 'dark', 'auto']).optional(),
  light: paletteSchema.optional(),
  dark: paletteSchema.optional(),
  /** Of corners, in CSS pixels. */
  radius: z.int().min(0).max(32).optional(),
  /** Of paragraphs, in CSS pixels. */
  fontSize: z.int().min(12).max(24).optional(),
  /** Names of families, as in CSS, without quotes. */
  fontFamily: z
    .string()
    .regex(/^[\p{L}\p{N} _-]{1,60}(?:,[\p{L}\p{N} _-]{1,60}){0,7}$/u, {
      error: 'expected names of font families, separated by commas, without quotes',
    })
    .optional(),
});

export type Palette = z.output<typeof paletteSchema>;
export type Theme = z.output<typeof themeSchema>;
