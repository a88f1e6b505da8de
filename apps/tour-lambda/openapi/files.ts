import { apiDocument } from './document.ts';
import { apiReference } from './reference.ts';

/** The generated files, by their path from this folder. */
export function apiFiles(): Readonly<Record<string, string>> {
  const document = apiDocument();
  return {
    '../openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    '../../../docs/api.md': apiReference(document),
  };
}
