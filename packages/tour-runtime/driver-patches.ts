/**
 * Changes driver.js 1.8.0's module text for use behind `src/highlighter.ts`. Each change names exactly what it
 * expects to find; anything else means another driver.js, to be read again by a person before it is shipped.
 */
export function adaptDriver(source: string): string {
  // Texts become text, which makes them harmless whatever they say, also under `require-trusted-types-for`.
  return replaced(replaced(source, '.innerHTML=', '.textContent=', 8), '&times;', '×', 1);
}

function replaced(text: string, from: string, to: string, expected: number): string {
  const parts = text.split(from);
  if (parts.length - 1 !== expected) {
    throw new Error(`driver.js has ${parts.length - 1} of "${from}", expected ${expected}`);
  }
  return parts.join(to);
}
