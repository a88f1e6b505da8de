import * as z from 'zod';
import { buttonSchema, contentSchema } from './content.ts';
import { limits } from './limits.ts';
import { eventNameSchema, text } from './texts.ts';

/** Selectors: the first is looked up in the document, each further one in the open shadow root of the last. */
export const pathSchema = z.array(text(limits.selector)).min(1).max(limits.selectors);

const anchorSchema = z.strictObject({
  path: pathSchema,
  /** Of the elements that the last selector finds, the first whose text has this in it. */
  text: text(limits.title).optional(),
  waitMs: z.int().min(0).max(limits.waitMs).optional(),
  /** `skip` the step, `end` the tour, or show it in the `center` of the page. */
  onMissing: z.enum(['skip', 'end', 'center']).optional(),
});

/** The page told the script of an event: `isochrone.track(event)`. */
const onEvent = z.strictObject({ on: z.literal('event'), event: eventNameSchema });
/** The visitor clicked the target itself. */
const onClick = z.strictObject({ on: z.literal('click') });

const parts = {
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
    error: 'expected up to 40 of a-z, 0-9 and -, beginning with a letter',
  }),
  content: contentSchema,
  buttons: z.array(buttonSchema).min(1).max(limits.buttons).optional(),
};

/** One step. `advance` is what goes on to the next one, besides the buttons. */
export const stepSchema = z
  .discriminatedUnion('kind', [
    /** Beside an element of the page. */
    z.strictObject({
      ...parts,
      kind: z.literal('tooltip'),
      anchor: anchorSchema,
      side: z.enum(['top', 'right', 'bottom', 'left']).optional(),
      align: z.enum(['start', 'center', 'end']).optional(),
      advance: z.discriminatedUnion('on', [onClick, onEvent]).optional(),
    }),
    /** In the middle of the page, which waits behind it. */
    z.strictObject({ ...parts, kind: z.literal('modal'), advance: onEvent.optional() }),
    /** Along an edge of the page, which stays usable. */
    z.strictObject({
      ...parts,
      kind: z.literal('banner'),
      position: z.enum(['top', 'bottom']).optional(),
      advance: onEvent.optional(),
    }),
  ])
  .meta({ id: 'Step' });

export type Anchor = z.output<typeof anchorSchema>;
export type Step = z.output<typeof stepSchema>;
