import { writeFileSync } from 'node:fs';
import { jsonSchemas } from '../src/json-schema.ts';

for (const [name, content] of Object.entries(jsonSchemas()))
  writeFileSync(new URL(`../${name}`, import.meta.url), content);
