import { accountKeyPattern, defaultEnvironment, environmentKeyPattern } from '@isochrone/tours';

/** What delivery can be asked for. */
export type Address =
  | { readonly kind: 'script'; readonly account: string; readonly environment: string }
  | { readonly kind: 'events'; readonly account: string }
  | { readonly kind: 'preview'; readonly token: string }
  | { readonly kind: 'health' };

/** What a path means. Nothing of a request reaches the store, or a script, but what these patterns let through. */
export function addressIn(path: string): Address | undefined {
  if (path === '/healthz') return { kind: 'health' };
  const [, first = '', second, third] = path.split('/');
  if (third !== undefined) return undefined;
  if (first === 'e' && second !== undefined)
    return accountKeyPattern.test(second) ? { kind: 'events', account: second } : undefined;
  if (first === 'preview' && second !== undefined)
    return /^[\w-]{20,80}$/.test(second) ? { kind: 'preview', token: second } : undefined;
  const account = second === undefined ? withoutExtension(first) : first;
  const environment = second === undefined ? defaultEnvironment : withoutExtension(second);
  if (account === undefined || environment === undefined) return undefined;
  if (!accountKeyPattern.test(account) || !environmentKeyPattern.test(environment)) return undefined;
  return { kind: 'script', account, environment };
}

const withoutExtension = (file: string): string | undefined =>
  file.endsWith('.js') ? file.slice(0, -'.js'.length) : undefined;
