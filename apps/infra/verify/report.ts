/** What is known of each resource type of the templates. */
export class TypeReport {
  readonly #types = new Map<string, { count: number; by: Set<string> }>();

  wanted(type: string): void {
    this.#entry(type).count += 1;
  }

  proven(type: string, by: string): void {
    this.#entry(type).by.add(by);
  }

  #entry(type: string) {
    const entry = this.#types.get(type) ?? { count: 0, by: new Set<string>() };
    this.#types.set(type, entry);
    return entry;
  }

  get unproven(): readonly string[] {
    return [...this.#types].filter(([, { by }]) => by.size === 0).map(([type]) => type);
  }

  /** A line for each type, sorted. */
  lines(): readonly string[] {
    const entries = [...this.#types].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const width = Math.max(...entries.map(([type]) => type.length));
    return entries.map(
      ([type, { count, by }]) =>
        `${type.padEnd(width)}  ${String(count).padStart(5)}  ${by.size > 0 ? [...by].toSorted().join('; ') : 'NOT PROVEN: synthesised and linted only'}`,
    );
  }
}
