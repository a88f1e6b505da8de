import { guard } from './guard.ts';

/** What a browser remembers of one account's tours. */
export interface Kept {
  /** By tour id: how often it was shown, when last (milliseconds since 1970), and whether it is done with. */
  readonly tours: Readonly<Record<string, { readonly n: number; readonly t: number; readonly d?: boolean }>>;
  /** When tours were shown that the cap counts. */
  readonly cap: readonly number[];
  /** A random id, made when a tour is for a part of the visitors. */
  readonly visitor?: string;
}

export interface Keeper {
  readonly read: () => Kept;
  readonly change: (change: (kept: Kept) => Kept) => void;
  /** Writes down what was only in memory. */
  readonly save: () => void;
  readonly forget: () => void;
}

const NOTHING: Kept = { tours: {}, cap: [] };

/**
 * Kept in a storage of the browser; in memory, for this page load, where `allowed` says no, or where a page may not
 * use that (blocked cookies, a sandboxed frame, a full disk).
 */
export function createKeeper(storage: () => Storage, key: string, allowed: () => boolean): Keeper {
  let memory = NOTHING;
  const read = (): Kept => {
    // Another tab may have written meanwhile.
    const text = allowed() ? quietly(() => storage().getItem(key)) : undefined;
    if (text) memory = guard('what was kept', () => keptIn(JSON.parse(text))) ?? memory;
    return memory;
  };
  const save = (): void => {
    if (allowed()) quietly(() => storage().setItem(key, JSON.stringify(memory)));
  };
  return {
    read,
    save,
    change: (change) => {
      memory = change(read());
      save();
    },
    forget: () => {
      memory = NOTHING;
      quietly(() => storage().removeItem(key));
    },
  };
}

/** Anybody can write to a browser's storage: what is not of this shape counts as nothing. */
function keptIn(value: unknown): Kept {
  if (typeof value !== 'object' || value === null) return NOTHING;
  const { tours, cap, visitor }: { tours?: unknown; cap?: unknown; visitor?: unknown } = value;
  return {
    tours: Object.fromEntries(
      Object.entries(typeof tours === 'object' && tours !== null ? tours : {}).flatMap(([id, entry]) => {
        const { n, t, d }: { n?: unknown; t?: unknown; d?: unknown } = Object(entry);
        return typeof n === 'number' && typeof t === 'number' ? [[id, { n, t, d: d === true }]] : [];
      }),
    ),
    cap: Array.isArray(cap) ? cap.filter((moment): moment is number => typeof moment === 'number') : [],
    ...(typeof visitor === 'string' ? { visitor } : {}),
  };
}

// Blocked storage is an everyday state, not worth a line on somebody's console.
function quietly<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
