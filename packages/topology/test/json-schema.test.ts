import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { topologyJsonSchema } from '../src/json-schema.ts';

it('is the committed topology.schema.json (npm run generate)', () => {
  const committed = readFileSync(new URL('../topology.schema.json', import.meta.url), 'utf8');
  expect(topologyJsonSchema()).toBe(committed);
});
