import type { Block, Inline } from '@isochrone/tours';
import { followable } from './links.ts';

/** Texts become text nodes; nothing that an author writes is read as HTML. */
export function renderBlock(block: Block): HTMLElement {
  if (block.kind === 'image') {
    const image = document.createElement('img');
    image.alt = block.alt;
    // Both keep the place free until the image is there.
    if (block.width) image.width = block.width;
    if (block.height) image.height = block.height;
    image.src = block.src;
    return image;
  }
  if (block.kind === 'list') {
    const list = document.createElement(block.ordered ? 'ol' : 'ul');
    list.append(
      ...block.items.map((item) => {
        const entry = document.createElement('li');
        entry.append(...renderInline(item));
        return entry;
      }),
    );
    return list;
  }
  const paragraph = document.createElement('p');
  paragraph.append(...renderInline(block.text));
  return paragraph;
}

function renderInline(inline: Inline): readonly (Node | string)[] {
  if (typeof inline === 'string') return [inline];
  return inline.map(({ text, b, i, href }) => {
    let node: Node | string = text;
    if (i) node = wrap(document.createElement('em'), node);
    if (b) node = wrap(document.createElement('strong'), node);
    const link = href === undefined ? undefined : followable(href);
    return link ? wrap(link, node) : node;
  });
}

function wrap(outer: HTMLElement, inner: Node | string): HTMLElement {
  outer.append(inner);
  return outer;
}
