/** What stands first in every generated file: one line, whatever the topology's file is called. */
export const banner = (source: string): string =>
  `generated from ${source.replaceAll(/\s+/g, ' ')} by ./isochrone generate; do not edit`;

/** Whether a text carries a banner, whatever it was generated from. */
export const isGenerated = (content: string): boolean =>
  /generated from .+ by \.\/isochrone generate; do not edit/.test(content);
