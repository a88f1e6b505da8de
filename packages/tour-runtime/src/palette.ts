import type { Palette, Theme } from '@isochrone/tours';

const LIGHT = {
  background: '#ffffff',
  text: '#1e2433',
  muted: '#5b6475',
  border: '#d5dae3',
  primary: '#4f46e5',
  onPrimary: '#ffffff',
  overlay: '#0f172a80',
} satisfies Palette;

const DARK = {
  background: '#1b2133',
  text: '#eef0f8',
  muted: '#a7b0c5',
  border: '#3b4560',
  primary: '#a5a0ff',
  onPrimary: '#14182a',
  overlay: '#02040aa6',
} satisfies Palette;

const FAMILY = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif';

/** Gives `layer` the theme's tokens as custom properties; answers the overlay's colour, which driver.js takes by itself. */
export function applyTheme(layer: HTMLElement, theme: Theme = {}): string {
  const dark = isDark(theme.scheme);
  const palette: Palette = { ...(dark ? DARK : LIGHT), ...(dark ? theme.dark : theme.light) };
  const tokens = {
    ...palette,
    radius: `${theme.radius ?? 14}px`,
    size: `${theme.fontSize ?? 15}px`,
    family: theme.fontFamily ? `${quoted(theme.fontFamily)},${FAMILY}` : FAMILY,
  };
  for (const [name, value = ''] of Object.entries(tokens)) layer.style.setProperty(`--${name}`, value);
  // Scrollbars, and how the browser draws a focus ring.
  layer.style.colorScheme = dark ? 'dark' : 'light';
  return palette.overlay ?? '';
}

const quoted = (families: string): string =>
  families
    .split(',')
    .map((family) => `"${family.trim()}"`)
    .join();

/** Where the theme is silent, tours are dark only on pages that say they can be: a dark box on a white page is odd. */
function isDark(scheme: Theme['scheme']): boolean {
  const page = getComputedStyle(document.documentElement).colorScheme;
  if (scheme === 'dark' || (!scheme && /^(only )?dark/.test(page) && !page.includes('light'))) return true;
  const follows = scheme === 'auto' || (!scheme && page.includes('dark'));
  return follows && window.matchMedia('(prefers-color-scheme: dark)').matches;
}
