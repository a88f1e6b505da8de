/** Upper bounds of a document. Texts are counted in UTF-16 code units. */
export const limits = {
  /** Of the whole document as JSON text. */
  documentLength: 65_536,
  nesting: 16,
  steps: 30,
  locales: 20,
  blocks: 10,
  items: 20,
  /** Runs of one text; together they are as long as a paragraph may be. */
  runs: 50,
  buttons: 3,
  name: 120,
  note: 2000,
  title: 120,
  paragraph: 1000,
  label: 40,
  link: 2048,
  imageSide: 4096,
  /** Entries of `anchor.path`: the document, then up to three nested shadow roots. */
  selectors: 4,
  selector: 512,
  waitMs: 15_000,
  delayMs: 60_000,
  priority: 100,
  event: 64,
  urls: 20,
  url: 512,
  /** Levels of a condition; a comparison by itself is one. */
  conditionDepth: 4,
  conditions: 20,
  trait: 64,
  traitValue: 256,
  traitValues: 50,
  days: 3650,
  shows: 1000,
  capHours: 8760,
  themes: 20,
  domains: 50,
  /** Bytes of a report of events; browsers send no more than 64 KiB in a beacon. */
  reportBytes: 61_440,
  reportedEvents: 100,
} as const;
