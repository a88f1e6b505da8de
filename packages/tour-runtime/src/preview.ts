import type { PreviewData, ScriptData } from '@isochrone/tours';
import { readData } from './script-data.ts';

/** The parameter of an address that carries a preview's token. */
const PARAMETER = 'isochrone-preview';

/**
 * The token of a preview that this tab is in. One in the address is taken out of it, as addresses are logged, shared
 * and sent on as referrers; it then lasts as long as the tab.
 */
export function previewToken(account: string): string | undefined {
  const url = new URL(location.href);
  const given = url.searchParams.get(PARAMETER);
  const key = keyOf(account);
  if (given !== null) {
    url.searchParams.delete(PARAMETER);
    history.replaceState(history.state, '', url);
  }
  try {
    if (given) sessionStorage.setItem(key, given);
    return given || (sessionStorage.getItem(key) ?? undefined);
  } catch {
    // Without a storage, for this page load.
    return given ?? undefined;
  }
}

export function leavePreview(account: string): void {
  try {
    sessionStorage.removeItem(keyOf(account));
  } catch {
    // Then nothing was kept either.
  }
}

const keyOf = (account: string): string => `isochrone:${account}:preview`;

/** What the token shows, themes included; throws where the service does not take it, or no longer. */
export async function fetchPreview(origin: string, token: string): Promise<PreviewData> {
  const answer = await fetch(`${origin}/preview/${encodeURIComponent(token)}`, { credentials: 'omit' });
  if (!answer.ok) throw new Error(`preview: ${answer.status}`);
  const payload: unknown = await answer.json();
  const data = readData(payload);
  if (!data || !isPreview(data)) throw new Error('preview: of an unknown format');
  return data;
}

const isPreview = (data: ScriptData): data is PreviewData => 'preview' in data;
