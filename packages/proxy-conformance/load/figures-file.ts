import { readFileSync, writeFileSync } from 'node:fs';
/** Puts a text in the place that a Markdown file of this repository marks for it: between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function writeBetweenMarkers(file: string, name: string, text: (before: string) => string): void {
  const whole = readFileSync(file, 'utf8');
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = whole.indexOf(begin);
  const to = whole.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`${file} has no ${begin} with ${end} after it`);
  const before = whole.slice(from + begin.length, to);
  writeFileSync(file, `${whole.slice(0, from)}${begin}\n\n${text(before)}\n\n${whole.slice(to)}`);
}
