import { guard } from './guard.ts';
import css from './theme.css';

/** Where tours are drawn: a shadow root, so that the page's style sheets and ours do not meet. */
export interface Surface {
  readonly root: ShadowRoot;
  /** What is drawn stands in here. */
  readonly layer: HTMLElement;
  /** Puts the surface above all else, where `target` does not make it inert; to be called before each step. */
  readonly raise: (target: Element | undefined) => void;
  /** Moves it where the page has opened or closed a modal dialog since. */
  readonly keepUsable: (target: Element | undefined) => void;
  readonly remove: () => void;
}

/** What a page could take for its own: a click beside its menu, focus leaving its dialog, a shortcut. */
const KEPT_INSIDE = [
  'click',
  'mousedown',
  'mouseup',
  'pointerdown',
  'pointerup',
  'touchstart',
  'touchend',
  'focusin',
  'focusout',
  'keydown',
  'keyup',
  'keypress',
] as const;

export function createSurface(): Surface {
  const host = document.createElement('div');
  host.dataset['isochrone'] = '';
  // The browser's top layer: above any z-index, and above dialogs that were opened before.
  host.setAttribute('popover', 'manual');
  const root = host.attachShadow({ mode: 'open' });
  addStyles(root);
  const layer = document.createElement('div');
  layer.className = 'layer';
  root.append(layer);
  for (const type of KEPT_INSIDE) host.addEventListener(type, (event) => event.stopPropagation());

  const place = (parent: Element): void => {
    const { activeElement } = root;
    parent.append(host);
    // Browsers without the popover API have the style sheet's z-index.
    guard('top layer', () => host.showPopover?.());
    if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
  };
  return {
    root,
    layer,
    raise: (target) => place(parentFor(target)),
    keepUsable: (target) => {
      const parent = parentFor(target);
      if (host.parentNode !== parent) place(parent);
    },
    remove: () => host.remove(),
  };
}

/** All but a modal dialog and what it contains is inert while it is open; focus traps of scripts act alike. */
function parentFor(target: Element | undefined): Element {
  for (let node: Node | null = target ?? null; node; node = parentOf(node)) {
    if (node instanceof Element && node.matches('dialog[open],[aria-modal="true"]')) return node;
  }
  const dialogs = [...document.querySelectorAll('dialog[open]')].filter(isModal);
  return dialogs.at(-1) ?? document.documentElement;
}

const parentOf = (node: Node): Node | null => (node instanceof ShadowRoot ? node.host : node.parentNode);

function isModal(dialog: Element): boolean {
  try {
    return dialog.matches(':modal');
  } catch {
    // A browser that does not know the selector.
    return false;
  }
}

let sheet: CSSStyleSheet | undefined;

/**
 * A constructed sheet needs no `style-src` in the page's policy; a style element, which does, is for browsers that
 * lack those.
 */
function addStyles(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    root.adoptedStyleSheets = [sheet];
  } else {
    const element = document.createElement('style');
    element.textContent = css;
    root.append(element);
  }
}
