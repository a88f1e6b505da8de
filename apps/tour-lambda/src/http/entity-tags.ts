const tagsIn = (header: string): readonly string[] =>
  header.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];

const opaque = (tag: string): string => tag.replace(/^W\//, '');

/** Whether If-None-Match names `current`, by weak comparison (RFC 9110, sections 8.8.3.2 and 13.1.2). */
export function noneMatchFails(header: string | undefined, current: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return tagsIn(header).some((tag) => opaque(tag) === opaque(current));
}

/** Whether If-Match lets a change of `current` through, by strong comparison (RFC 9110, section 13.1.1). */
export function matchHolds(header: string | undefined, current: string | undefined): boolean {
  if (header === undefined) return true;
  if (current === undefined) return false;
  return header.trim() === '*' || tagsIn(header).includes(current);
}
