// node openapi/generate.ts: writes the OpenAPI document and the API reference that follows from it.
import { writeFileSync } from 'node:fs';
import { apiFiles } from './files.ts';

for (const [path, content] of Object.entries(apiFiles()))
  writeFileSync(new URL(path, import.meta.url), content);
