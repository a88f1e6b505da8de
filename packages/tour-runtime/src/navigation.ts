import { guard } from './guard.ts';

/** Calls `onChange` when the address of this document has changed, other than by a fragment that is no route. */
export function watchAddress(onChange: () => void): void {
  let address = addressOf(location);
  const check = (): void => {
    guard('navigation', () => {
      const now = addressOf(location);
      if (now === address) return;
      address = now;
      onChange();
    });
  };
  window.addEventListener('popstate', check);
  window.addEventListener('hashchange', check);
  // The Navigation API tells without a change to the page's own history object.
  const navigation: unknown = Reflect.get(window, 'navigation');
  if (navigation instanceof EventTarget) navigation.addEventListener('currententrychange', check);
  else for (const method of ['pushState', 'replaceState'] as const) tellAfter(method, check);
}

// Routers that keep their route in the fragment begin it with `#/` or `#!`; others only scroll.
const addressOf = ({ pathname, search, hash }: Location): string =>
  pathname + search + (/^#[/!]/.test(hash) ? hash : '');

/** Also what the page throws or answers stays as it is. */
function tellAfter(method: 'pushState' | 'replaceState', check: () => void): void {
  const original = history[method];
  history[method] = function changed(this: History, ...given: Parameters<History['pushState']>): void {
    original.apply(this, given);
    check();
  };
}
