import { z } from 'zod';
import { environmentSchema } from './environment.ts';
import { tourSchema } from './schema.ts';

/** The JSON Schemas of the documents, as the committed files' texts, by file name. */
export const jsonSchemas = (): Readonly<Record<string, string>> => ({
  'tour.schema.json': jsonSchema('Isochrone tour', tourSchema),
  'environment.schema.json': jsonSchema('Isochrone environment', environmentSchema),
});

function jsonSchema(title: string, of: z.ZodType): string {
  const { $schema, ...schema } = z.toJSONSchema(of, { io: 'input' });
  const document = {
    $schema,
    $comment: 'Generated from packages/tours/src by npm run generate; do not edit.',
    title,
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
