import type { ScriptData } from '@isochrone/tours';

/** The data, unless it is of a format that this runtime does not know: then nothing is shown. */
export function readData(data: unknown): ScriptData | undefined {
  return hasFormat(data) && data.format === 1 ? data : undefined;
}

// The publishing side has checked all of it against the schema, and the format names that schema.
const hasFormat = (data: unknown): data is ScriptData =>
  typeof data === 'object' && data !== null && 'format' in data;
