import { writeFileSync } from 'node:fs';
import { topologyJsonSchema } from '../src/json-schema.ts';

writeFileSync(new URL('../topology.schema.json', import.meta.url), topologyJsonSchema());
