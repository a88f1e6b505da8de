import { guard } from './guard.ts';
import { watchDocument } from './watch-document.ts';

/** What to look for: see `anchor` of the tour document. */
export interface Wanted {
  readonly path: readonly string[];
  readonly text?: string | undefined;
}

/**
 * Looks up the first selector in the document, and each further one in the open shadow root of the last element. Of
 * what the last one finds, the first that can be seen and has the text: pages often have a second, hidden menu.
 */
export function findTarget({ path, text = '' }: Wanted): Element | undefined {
  let root: ParentNode | null = document;
  let found: readonly Element[] = [];
  for (const selector of path) {
    found = root ? [...root.querySelectorAll(selector)] : [];
    root = found[0]?.shadowRoot ?? null;
  }
  return found.find((element) => isVisible(element) && (element.textContent ?? '').includes(text));
}

/** An element without a box, as under display: none, has no place to point at. */
export const isVisible = (element: Element): boolean =>
  element.getClientRects().length > 0 && element.checkVisibility?.({ visibilityProperty: true }) !== false;

/** The target, once it is there; undefined after `waitMs`, when aborted, or when a selector is not one. */
export function waitForTarget(
  wanted: Wanted,
  waitMs: number,
  signal: AbortSignal,
): Promise<Element | undefined> {
  return new Promise((resolve) => {
    const isPath = isSelectorPath(wanted.path);
    const look = () => guard('find target', () => findTarget(wanted));
    const now = isPath ? look() : undefined;
    if (now || waitMs === 0 || signal.aborted || !isPath) {
      resolve(now);
      return;
    }
    const settle = (target: Element | undefined): void => {
      stop();
      window.clearTimeout(timeout);
      resolve(target);
    };
    const stop = watchDocument(() => {
      const target = look();
      if (target) settle(target);
    });
    const timeout = window.setTimeout(() => settle(undefined), waitMs);
    signal.addEventListener('abort', () => settle(undefined), { once: true });
  });
}

/** Whether the browser understands every selector; asked once, so that a wrong one is not tried at each mutation. */
export function isSelectorPath(path: readonly string[]): boolean {
  const nothing = document.createDocumentFragment();
  return guard('selector', () => path.every((selector) => nothing.querySelector(selector) === null)) === true;
}

/** Scrolls the target to the middle of whatever clips it: the window, but also a pane that scrolls by itself. */
export function reveal(target: Element, calm: boolean): void {
  const box = target.getBoundingClientRect();
  const inside = (top: number, left: number, bottom: number, right: number): boolean =>
    box.top >= top && box.left >= left && box.bottom <= bottom && box.right <= right;
  let seen = inside(0, 0, window.innerHeight, window.innerWidth);
  for (let pane = target.parentElement; pane && seen; pane = pane.parentElement) {
    if (getComputedStyle(pane).overflow === 'visible' || pane === document.body) continue;
    const { top, left, bottom, right } = pane.getBoundingClientRect();
    // Half a pixel of rounding is not worth a jump.
    seen = inside(top - 1, left - 1, bottom + 1, right + 1);
  }
  const block = box.height > window.innerHeight ? 'start' : 'center';
  if (!seen) target.scrollIntoView({ block, inline: 'center', behavior: calm ? 'instant' : 'smooth' });
}
