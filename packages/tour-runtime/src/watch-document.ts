import { guard } from './guard.ts';

/** How often to look where no mutation is reported: inside shadow roots, and for elements that only became visible. */
const LOOK_AGAIN_MS = 250;

/** Mutations come in bursts; a look for each would slow a busy page down. */
const BURST_MS = 30;

/** Calls `onChange` soon after anything in the document has changed, and now and then. Answers a function that ends it. */
export function watchDocument(onChange: () => void): () => void {
  const look = (): void => {
    window.clearTimeout(soon);
    soon = 0;
    guard('watch', onChange);
  };
  let soon = 0;
  const observer = new MutationObserver(() => {
    if (!soon) soon = window.setTimeout(look, BURST_MS);
  });
  observer.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
  const interval = window.setInterval(look, LOOK_AGAIN_MS);
  return () => {
    observer.disconnect();
    window.clearInterval(interval);
    window.clearTimeout(soon);
  };
}
