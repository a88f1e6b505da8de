import { guard } from './guard.ts';

/** How often to look where no mutation is reported: inside shadow roots, and for elements that only became visible. */
const LOOK_AGAIN_MS = 250;

/** Looks up the first selector in the document, and each further one in the open shadow root of the last element. */
export function findTarget(path: readonly string[]): Element | undefined {
  let root: ParentNode | null = document;
  let found: Element | null = null;
  for (const selector of path) {
    found = root?.querySelector(selector) ?? null;
    root = found?.shadowRoot ?? null;
  }
  return found && isVisible(found) ? found : undefined;
}

// An element without a box, as under display: none, has no place to point at.
const isVisible = (element: Element): boolean => element.getClientRects().length > 0;

/** The target, once it is there; undefined after `waitMs`, when aborted, or when a selector is not one. */
export function waitForTarget(
  path: readonly string[],
  waitMs: number,
  signal: AbortSignal,
): Promise<Element | undefined> {
  return new Promise((resolve) => {
    const look = () => guard('find target', () => findTarget(path));
    const now = isSelectorPath(path) ? look() : undefined;
    if (now || waitMs === 0 || signal.aborted || !isSelectorPath(path)) {
      resolve(now);
      return;
    }
    const settle = (target: Element | undefined): void => {
      observer.disconnect();
      window.clearInterval(interval);
      window.clearTimeout(timeout);
      resolve(target);
    };
    const lookAgain = () => {
      const target = look();
      if (target) settle(target);
    };
    const observer = new MutationObserver(lookAgain);
    observer.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
    const interval = window.setInterval(lookAgain, LOOK_AGAIN_MS);
    const timeout = window.setTimeout(() => settle(undefined), waitMs);
    signal.addEventListener('abort', () => settle(undefined), { once: true });
  });
}

/** Whether the browser understands every selector; asked once, so that a wrong one is not tried at each mutation. */
function isSelectorPath(path: readonly string[]): boolean {
  const nothing = document.createDocumentFragment();
  return guard('selector', () => path.every((selector) => nothing.querySelector(selector) === null)) === true;
}
