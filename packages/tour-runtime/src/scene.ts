import type { Theme } from '@isochrone/tours';
import { showBanner } from './banner.ts';
import { guard } from './guard.ts';
import { guardFrame } from './guard-frame.ts';
import { createHighlighter, type Highlighter, MOVE_MS } from './highlighter.ts';
import { listenToKeyboard } from './keyboard.ts';
import { applyTheme } from './palette.ts';
import { createSurface } from './surface.ts';
import { isVisible, reveal } from './target.ts';
import type { View } from './view.ts';
import { watchDocument } from './watch-document.ts';

/** All that is on the page of one tour. */
export interface Scene {
  readonly show: (view: View) => void;
  /** Takes the step out of sight while its target is looked for. */
  readonly hide: () => void;
  /** Whether the focus was inside. */
  readonly close: () => boolean;
}

export function createScene(theme: Theme | undefined): Scene {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const surface = createSurface();
  const overlay = applyTheme(surface.layer, theme);
  let highlighter: Highlighter | undefined;
  let stop: readonly (() => void)[] = [];
  const end = (): void => {
    for (const action of stop) guard('end of step', action);
    stop = [];
  };

  return {
    show: (view) => {
      end();
      surface.layer.hidden = false;
      surface.raise(view.target);
      if (view.kind === 'banner') {
        highlighter?.close();
        stop = [showBanner(surface, view)];
      } else {
        if (view.target) reveal(view.target, calm);
        highlighter ??= createHighlighter(surface, calm, overlay);
        highlighter.show(view);
        stop = [follow(view, highlighter, calm)];
      }
      stop = [...stop, listenToKeyboard(surface, view), watchDocument(() => surface.keepUsable(view.target))];
    },
    hide: () => {
      end();
      surface.layer.hidden = true;
    },
    close: () => {
      end();
      const hadFocus = surface.root.activeElement !== null;
      highlighter?.close();
      surface.remove();
      return hadFocus;
    },
  };
}

/**
 * Keeps the step at its target wherever that moves: scroll panes, transitions, content that grows. Tells when it is
 * gone. Looks once per frame, which browsers leave out while nobody sees the page.
 */
function follow({ target, make }: View, highlighter: Highlighter, calm: boolean): () => void {
  if (!target) return () => undefined;
  // Until then driver.js is on its way from the last target, and would be sent back to that.
  const settled = performance.now() + (calm ? 0 : 2 * MOVE_MS);
  let before = '';
  const look = (): void => {
    frame = guardFrame(look);
    if (!target.isConnected || !isVisible(target)) {
      make('lost');
      return;
    }
    if (performance.now() < settled) return;
    const { x, y, width, height } = target.getBoundingClientRect();
    const now = [x, y, width, height].join();
    if (now !== before) highlighter.refresh();
    before = now;
  };
  let frame = guardFrame(look);
  return () => cancelAnimationFrame(frame);
}
