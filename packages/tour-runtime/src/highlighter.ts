import type { Block, Inline, Step } from '@isochrone/tours';
import { type Driver, driver, type PopoverDOM } from 'driver.js';
import { keepingAttributes } from './attributes.ts';
import { guard } from './guard.ts';
import { adoptStyles } from './styles.ts';

type Tooltip = Extract<Step, { kind: 'tooltip' }>;

/** One step, ready to be seen: everything is decided, and texts are in one language. */
export interface View {
  /** What to point at; in the middle of the page without it. */
  readonly target: Element | undefined;
  readonly side: NonNullable<Tooltip['side']>;
  readonly align: NonNullable<Tooltip['align']>;
  readonly title: string;
  readonly body: readonly Block[];
  readonly progress: string;
  readonly buttons: readonly {
    readonly label: string;
    readonly primary: boolean;
    readonly press: () => void;
  }[];
  readonly close: () => void;
}

export interface Highlighter {
  readonly show: (view: View) => void;
  readonly close: () => void;
}

/** The only file that knows driver.js. It is handed one step at a time; the order of steps is not its business. */
export function createHighlighter(): Highlighter {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const highlight: Driver = driver({
    animate: !calm,
    smoothScroll: !calm,
    duration: 250,
    // Its own keys change the step while somebody types in a highlighted field.
    allowKeyboardControl: false,
    // A stray click beside the tooltip should not cost the visitor the tour.
    overlayClickBehavior: () => undefined,
    overlayColor: '#0f172a',
    overlayOpacity: 0.5,
    stagePadding: 8,
    stageRadius: 10,
    popoverOffset: 12,
    popoverClass: 'isochrone-popover',
  });
  let current: Element | undefined;
  // All of them: when a visitor is faster than the animation, driver.js tidies an earlier target only at the end.
  const targets = new Set<Element>();

  return {
    show: (view) => {
      adoptStyles();
      if (view.target) targets.add(view.target);
      // For the same reason this class could stay, and with it a second element that takes clicks.
      if (current !== view.target) current?.classList.remove('driver-active-element');
      keepingAttributes([...targets], () =>
        highlight.highlight({
          ...(view.target ? { element: view.target } : {}),
          popover: {
            title: view.title,
            // Replaced by the body below; empty text would hide the element.
            description: ' ',
            side: view.side,
            align: view.align,
            showButtons: ['close'],
            showProgress: true,
            progressText: view.progress,
            onCloseClick: () => guard('close', view.close),
            onPopoverRender: (popover) => guard('render', () => fill(popover, view)),
          },
        }),
      );
      current = view.target;
    },
    close: () => {
      keepingAttributes([...targets], () => highlight.destroy());
      current = undefined;
      targets.clear();
    },
  };
}

function fill(popover: PopoverDOM, view: View): void {
  popover.description.replaceChildren(...view.body.map(renderBlock));
  popover.description.style.display = view.body.length > 0 ? 'block' : 'none';
  const buttons = view.buttons.map(({ label, primary, press }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = primary ? 'isochrone-button isochrone-primary' : 'isochrone-button';
    button.textContent = label;
    button.addEventListener('click', () => guard('button', press));
    return button;
  });
  popover.footerButtons.replaceChildren(...buttons);
  // driver.js focuses the first element, the cross, when this returns; Enter should go on instead.
  const first = buttons.find((button) => button.classList.contains('isochrone-primary')) ?? buttons[0];
  queueMicrotask(() => guard('focus', () => first?.focus({ preventScroll: true })));
}

function renderBlock(block: Block): Node {
  const paragraph = document.createElement('p');
  paragraph.className = 'isochrone-paragraph';
  paragraph.textContent = plainText(block);
  return paragraph;
}

function plainText(block: Block): string {
  if (block.kind === 'image') return block.alt;
  return block.kind === 'list' ? block.items.map(plain).join('\n') : plain(block.text);
}

const plain = (inline: Inline): string =>
  typeof inline === 'string' ? inline : inline.map(({ text }) => text).join('');
