import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { apiDocument } from '../openapi/document.ts';
import { apiFiles } from '../openapi/files.ts';
import { operations } from '../src/publishing/operations.ts';
import { recorder } from './api-recorder.ts';
import { walkApi } from './api-walk.ts';

const document = apiDocument();

it.each(Object.entries(apiFiles()))(
  'is what follows from the sources: %s (npm run generate)',
  (path, content) => {
    expect(content).toBe(readFileSync(new URL(path, new URL('../openapi/', import.meta.url)), 'utf8'));
  },
);

it('is an OpenAPI 3.1 document', async () => {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
});

it('has every operation of the publishing function, and no other', () => {
  const documented = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  expect(documented.toSorted()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted());
});

it('says nothing that does not happen, and leaves out nothing that does: paths, statuses, headers and bodies', async () => {
  const record = recorder(document);
  await walkApi(record.watch);
  expect(record.surprises).toEqual([]);
  expect(record.unseen()).toEqual([]);
}, 120_000);
