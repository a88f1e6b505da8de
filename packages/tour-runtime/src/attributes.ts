/** What driver.js writes on a target, and afterwards removes together with what the page had there. */
const BORROWED = ['aria-haspopup', 'aria-expanded', 'aria-controls'] as const;

/** Runs `action`, then puts the page's own values back on `elements`, so that a dropdown keeps saying it is one. */
export function keepingAttributes(elements: readonly Element[], action: () => void): void {
  const snapshots = elements.flatMap((element) =>
    BORROWED.map((name) => ({ element, name, value: element.getAttribute(name) })),
  );
  try {
    action();
  } finally {
    for (const { element, name, value } of snapshots) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  }
}
