import type { Keeper } from './kept.ts';
import type { Visitor } from './targeting.ts';

export interface KnownVisitor extends Visitor {
  /** What the page says of its visitor, in place of what it said before. */
  readonly identify: (user: unknown, traits: unknown) => void;
  readonly forget: () => void;
}

/** The visitor as the page names them; else by a random id of this browser, where such a thing may be kept. */
export function createVisitor(browser: Keeper, allowed: () => boolean): KnownVisitor {
  let user: string | undefined;
  const traits = new Map<string, unknown>();
  return {
    traits,
    id: () => user ?? (allowed() ? anonymousId(browser) : undefined),
    identify: (name, given) => {
      user = typeof name === 'string' || typeof name === 'number' ? String(name) : undefined;
      traits.clear();
      for (const [trait, value] of Object.entries(Object(given))) traits.set(trait, value);
    },
    forget: () => {
      user = undefined;
      traits.clear();
    },
  };
}

function anonymousId(browser: Keeper): string {
  const known = browser.read().visitor;
  if (known !== undefined) return known;
  // No secret: it only has to differ from others.
  const visitor = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  browser.change((kept) => ({ ...kept, visitor }));
  return visitor;
}
