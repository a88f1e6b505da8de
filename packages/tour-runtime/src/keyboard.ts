import { guard } from './guard.ts';
import type { Move } from './moves.ts';

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

/**
 * Tells what the visitor asks for with the keyboard: Escape anywhere, the arrows outside of elements that use
 * them. Answers a function that ends it.
 */
export function listenToKeyboard(onMove: (move: Move) => void): () => void {
  const listener = (event: KeyboardEvent): void => {
    guard('keyboard', () => {
      const move = moveOf(event);
      if (move) onMove(move);
    });
  };
  // Capture, on the window: a page that stops the event in its own fields must not lock the visitor in.
  window.addEventListener('keydown', listener, true);
  return () => window.removeEventListener('keydown', listener, true);
}

function moveOf(event: KeyboardEvent): Move | undefined {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  if (event.key === 'Escape') return 'dismiss';
  if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return undefined;
  // The first of the path is the real target, also inside an open shadow root.
  const [target] = event.composedPath();
  if (target instanceof Element && target.closest(ARROWS_TAKEN)) return undefined;
  return event.key === 'ArrowRight' ? 'next' : 'back';
}
