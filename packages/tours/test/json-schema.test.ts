import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jsonSchemas } from '../src/json-schema.ts';

it.each(Object.entries(jsonSchemas()))('is the committed %s (npm run generate)', (name, content) => {
  expect(content).toBe(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
});
