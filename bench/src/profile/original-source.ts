import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | null>();

/** The file that a place in a bundle was made from; its own URL where no map lies beside it. */
export function originalSource(place: {
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}): string {
  const { url, lineNumber, columnNumber } = place;
  const map = maps.get(url) ?? readMap(url);
  maps.set(url, map);
  const entry = map?.findEntry(lineNumber, columnNumber);
  return entry !== undefined && 'originalSource' in entry ? entry.originalSource : url;
}

function readMap(url: string): SourceMap | null {
  const file = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : '';
  return file !== '' && existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : null;
}
