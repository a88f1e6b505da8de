/** One section of an haproxy.cfg. */
export interface Section {
  /** `global`, `frontend edge`, … */
  readonly title: string;
  readonly lines: readonly string[];
}

export function renderSection({ title, lines }: Section): string {
  return [title, ...lines.map((line) => `    ${line}`)].join('\n');
}
