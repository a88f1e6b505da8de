/**
 * The locale to show: for each language that the visitor prefers, in order, that very tag, else its base language
 * (`pt` for `pt-BR`); where none is there, the default. Tags are compared without regard to case (RFC 5646, 2.1.1).
 */
export function pickLocale(
  available: readonly string[],
  preferred: readonly string[],
  defaultLocale: string,
): string {
  const byTag = new Map(available.map((tag) => [tag.toLowerCase(), tag]));
  for (const tag of preferred.map((language) => language.toLowerCase())) {
    const found = byTag.get(tag) ?? byTag.get(tag.split('-', 1).join());
    if (found !== undefined) return found;
  }
  return defaultLocale;
}

/** Languages written in Arabic, Hebrew, Syriac, Thaana or N'Ko, or any tag that names such a script. */
const RIGHT_TO_LEFT =
  /^(ar|arc|ckb|dv|fa|he|iw|ks|nqo|ps|sd|syr|ug|ur|yi)\b(?!-latn)|-(arab|hebr|syrc|thaa|nkoo)\b/i;

export const isRightToLeft = (tag: string): boolean => RIGHT_TO_LEFT.test(tag);
