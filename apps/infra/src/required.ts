/** What a map or a list must hold, because the topology that filled it asks for it. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`nothing was made for ${name}`);
  return value;
}
