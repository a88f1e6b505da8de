import { renderBlock } from './blocks.ts';
import { guard } from './guard.ts';
import { followable } from './links.ts';
import type { View, ViewButton } from './view.ts';

/** What any step looks like inside: the cross, title, body, progress and buttons. */
export interface Card {
  readonly parts: readonly HTMLElement[];
  /** What Enter should do, else what a screen reader should begin with. */
  readonly focus: HTMLElement | undefined;
}

export function renderCard(view: View): Card {
  const title = element('h2', 'title', view.title);
  const body = element('div', 'body');
  body.append(...view.body.map(renderBlock));
  const progress = element('span', 'progress', view.progress);
  const buttons = view.buttons.map((button) => renderButton(button, view));
  const footer = element('div', 'footer');
  footer.append(progress, ...buttons);
  const close = element('button', 'close', '×');
  close.type = 'button';
  close.setAttribute('aria-label', view.closeLabel);
  close.addEventListener('click', () => guard('close', () => view.make('dismiss')));
  return {
    parts: [title, body, footer, close],
    focus: buttons.find((_, index) => view.buttons[index]?.primary) ?? buttons[0],
  };
}

/** Names and describes `container` by the title and body that it holds, and says which language they are in. */
export function label(container: HTMLElement, { lang, rtl }: View): void {
  container.setAttribute('aria-labelledby', 'title');
  container.setAttribute('aria-describedby', 'body progress');
  container.lang = lang;
  container.dir = rtl ? 'rtl' : 'ltr';
}

function renderButton({ label, primary, move, href, newTab }: ViewButton, view: View): HTMLElement {
  const link = href === undefined ? undefined : followable(href, newTab);
  const button = link ?? element('button', '');
  if (!link) button.setAttribute('type', 'button');
  button.className = primary ? 'button primary' : 'button';
  button.textContent = label;
  // A link is followed by the browser, which happens after this.
  button.addEventListener('click', () => guard('button', () => view.make(move)));
  return button;
}

function element<Name extends 'div' | 'span' | 'h2' | 'button'>(
  name: Name,
  id: string,
  text = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (id) {
    made.id = id;
    made.className = id;
  }
  made.textContent = text;
  return made;
}
