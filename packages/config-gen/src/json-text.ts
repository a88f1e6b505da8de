import { banner } from './banner.ts';

/** A generated JSON file: the banner first, as JSON has no comments. */
export const jsonText = (source: string | undefined, value: object): string =>
  `${JSON.stringify({ ...(source === undefined ? {} : { $comment: banner(source) }), ...value }, null, 2)}\n`;
