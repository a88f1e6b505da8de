/** A map that forgets what was not used for longest, as soon as its values together weigh too much. */
export interface Memo<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function createMemo<Value>(maxBytes: number, bytesOf: (value: Value) => number): Memo<Value> {
  // A Map keeps the order of insertion: whatever is used is put in again, at the end.
  const values = new Map<string, Value>();
  let bytes = 0;

  const take = (key: string): Value | undefined => {
    const value = values.get(key);
    if (value === undefined) return undefined;
    bytes -= bytesOf(value);
    values.delete(key);
    return value;
  };

  const put = (key: string, value: Value): void => {
    bytes += bytesOf(value);
    values.set(key, value);
  };

  return {
    get(key) {
      const value = take(key);
      if (value !== undefined) put(key, value);
      return value;
    },
    set(key, value) {
      take(key);
      // It would drive out all others, and then itself.
      if (bytesOf(value) > maxBytes) return;
      put(key, value);
      for (const oldest of values.keys()) {
        if (bytes <= maxBytes) return;
        take(oldest);
      }
    },
  };
}
