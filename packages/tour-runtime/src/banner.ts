import { label, renderCard } from './card.ts';
import type { Surface } from './surface.ts';
import type { View } from './view.ts';

/** Shows a banner along an edge of the page, which stays usable; answers a function that takes it away. */
export function showBanner({ root, layer }: Surface, view: View): () => void {
  const banner = document.createElement('section');
  banner.className = `card banner ${view.position}`;
  banner.append(...renderCard(view).parts);
  label(banner, view);
  layer.append(banner);

  // It takes no focus, so a screen reader has to be told. A live region speaks of what changes while it is there.
  const said = document.createElement('p');
  said.className = 'said';
  said.setAttribute('role', 'status');
  said.lang = view.lang;
  root.append(said);
  const timer = window.setTimeout(() => {
    said.textContent = view.title;
  }, 100);
  return () => {
    window.clearTimeout(timer);
    banner.remove();
    said.remove();
  };
}
