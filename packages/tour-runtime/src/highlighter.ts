import { type Driver, driver } from 'driver.js';
import { keepingAttributes } from './attributes.ts';
import { label, renderCard } from './card.ts';
import { guard } from './guard.ts';
import { guardFrame } from './guard-frame.ts';
import type { Surface } from './surface.ts';
import type { View } from './view.ts';

export interface Highlighter {
  readonly show: (view: View) => void;
  /** Draws the same step anew where its target is now. */
  readonly refresh: () => void;
  readonly close: () => void;
}

/** How long it takes from one target to the next. */
export const MOVE_MS = 250;

/** The only file that knows driver.js. It is handed one step at a time; the order of steps is not its business. */
export function createHighlighter({ layer }: Surface, calm: boolean, overlay: string): Highlighter {
  const highlight: Driver = driver({
    animate: !calm,
    smoothScroll: !calm,
    duration: MOVE_MS,
    // Its own keys change the step while somebody types in a highlighted field.
    allowKeyboardControl: false,
    // A stray click beside the tooltip should not cost the visitor the tour.
    overlayClickBehavior: () => undefined,
    overlayColor: overlay,
    overlayOpacity: 1,
    stagePadding: 8,
    stageRadius: 10,
    popoverOffset: 12,
    popoverClass: 'card',
  });
  // driver.js would make one in the page's body; by this id it centres what belongs to it.
  const centre = document.createElement('div');
  centre.id = 'driver-dummy-element';
  layer.append(centre);
  let current: Element | undefined;
  // All of them: when a visitor is faster than the animation, driver.js tidies an earlier target only at the end.
  const targets = new Set<Element>();

  return {
    show: (view) => {
      const element = view.target ?? centre;
      targets.add(element);
      // For the same reason this class could stay, and with it a second element that looks active.
      if (current !== element) current?.classList.remove('driver-active-element');
      keepingAttributes([...targets], () =>
        highlight.highlight({
          element,
          popover: {
            title: view.title,
            side: view.side,
            align: alignOf(view),
            showButtons: [],
            onPopoverRender: ({ wrapper, arrow }) =>
              guard('render', () => {
                const { parts, focus } = renderCard(view);
                wrapper.replaceChildren(arrow, ...parts);
                wrapper.tabIndex = -1;
                wrapper.setAttribute('aria-modal', 'true');
                label(wrapper, view);
                layer.append(wrapper);
                // driver.js focuses the first element when this returns; Enter should go on instead.
                queueMicrotask(() => guard('focus', () => (focus ?? wrapper).focus({ preventScroll: true })));
              }),
          },
        }),
      );
      // driver.js draws its overlay in the body, in a frame's callback that was asked for just before this one.
      guardFrame(() => {
        const drawn = document.querySelector('body > .driver-overlay');
        if (drawn) layer.prepend(drawn);
      });
      current = element;
    },
    refresh: () => highlight.refresh(),
    close: () => {
      keepingAttributes([...targets], () => highlight.destroy());
      // Those inside shadow roots are not found by driver.js.
      for (const target of targets) target.classList.remove('driver-active-element');
      current = undefined;
      targets.clear();
    },
  };
}

/** `start` is where lines of the page begin; to driver.js it is always the left. */
function alignOf({ align, target, side }: View): View['align'] {
  const mirrored =
    align !== 'center' &&
    target !== undefined &&
    (side === 'top' || side === 'bottom') &&
    getComputedStyle(target).direction === 'rtl';
  return mirrored ? (align === 'start' ? 'end' : 'start') : align;
}
