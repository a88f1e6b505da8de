import { z } from 'zod';
import { writtenTopologySchema } from './schema.ts';

/** The JSON Schema that editors check topology files against, as the committed file's text. */
export function topologyJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(writtenTopologySchema, { io: 'input' });
  const document = {
    $schema,
    $comment: 'Generated from packages/topology/src/schema.ts by npm run generate; do not edit.',
    title: 'Isochrone topology',
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
