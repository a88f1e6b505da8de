import { guard } from './guard.ts';
import type { Surface } from './surface.ts';
import type { View } from './view.ts';

/** Where the arrows belong to the element: text fields, and widgets that move something with them. */
const ARROWS_TAKEN = [
  'input',
  'textarea',
  'select',
  'audio',
  'video',
  '[contenteditable]:not([contenteditable="false" i])',
  ...[
    'combobox',
    'grid',
    'listbox',
    'menu',
    'menubar',
    'radiogroup',
    'scrollbar',
    'searchbox',
    'slider',
    'spinbutton',
    'tablist',
    'textbox',
    'tree',
  ].map((role) => `[role="${role}"]`),
].join();

const FOCUSABLE =
  'a[href],button,input,select,textarea,summary,iframe,[tabindex],[contenteditable]:not([contenteditable="false" i])';

/**
 * Serves the keyboard while `view` is shown: Escape leaves; Tab stays within the card and its target; the arrows change the
 * step outside of elements that use them. A banner only takes Escape, and only from within. Answers a function
 * that ends it.
 */
export function listenToKeyboard({ layer }: Surface, view: View): () => void {
  const listener = (event: KeyboardEvent): void => {
    guard('keyboard', () => {
      if (!event.isComposing && serve(event, layer, view)) {
        // Also from the page: the Escape that ends a tour must not close the page's dialog as well.
        event.preventDefault();
        event.stopPropagation();
      }
    });
  };
  // Capture, on the window: a page that stops the event in its own fields must not lock the visitor in.
  window.addEventListener('keydown', listener, true);
  return () => window.removeEventListener('keydown', listener, true);
}

function serve(event: KeyboardEvent, layer: HTMLElement, view: View): boolean {
  const { key } = event;
  // The first of the path is the real target, also inside an open shadow root.
  const [target] = event.composedPath();
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  if (view.kind === 'banner') {
    const leaves = key === 'Escape' && target instanceof Node && layer.contains(target);
    if (leaves) view.make('dismiss');
    return leaves;
  }
  if (key === 'Tab') {
    focusNext([layer, view.target], event.shiftKey ? -1 : 1);
    return true;
  }
  if (event.shiftKey) return false;
  if (key === 'Escape') {
    view.make('dismiss');
    return true;
  }
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return false;
  if (target instanceof Element && target.closest(ARROWS_TAKEN)) return false;
  const forward = (key === 'ArrowRight') !== view.rtl;
  const button = view.buttons.find(({ move }) =>
    forward ? move === 'next' || move === 'finish' : move === 'back',
  );
  if (!button || button.href !== undefined) return false;
  view.make(button.move);
  return true;
}

/** Focuses what comes next within `roots` taken together, around the end. */
function focusNext(roots: readonly (Element | undefined)[], step: 1 | -1): void {
  const focusable = roots
    .flatMap((root) => (root ? [root, ...root.querySelectorAll(FOCUSABLE)] : []))
    .filter(
      (element): element is HTMLElement =>
        element instanceof HTMLElement &&
        element.matches(FOCUSABLE) &&
        element.tabIndex >= 0 &&
        !element.matches(':disabled') &&
        element.getClientRects().length > 0,
    );
  const active = deepActiveElement();
  const at = active instanceof HTMLElement ? focusable.indexOf(active) : -1;
  const next = at < 0 && step < 0 ? -1 : at + step;
  focusable.at(next % focusable.length)?.focus();
}

/** What has the focus, also inside open shadow roots. */
export function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}
