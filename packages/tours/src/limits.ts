/** Upper bounds of a document. Texts are counted in UTF-16 code units. */
export const limits = {
  /** Of the whole document as JSON text. */
  documentLength: 65_536,
  nesting: 16,
  steps: 30,
  locales: 20,
  blocks: 10,
  buttons: 3,
  name: 120,
  note: 2000,
  title: 120,
  paragraph: 1000,
  label: 40,
  /** Entries of `anchor.path`: the document, then up to three nested shadow roots. */
  selectors: 4,
  selector: 512,
  waitMs: 15_000,
  delayMs: 60_000,
} as const;
