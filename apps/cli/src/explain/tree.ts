/** A line of text, and what belongs to it. */
export interface Tree {
  readonly text: string;
  readonly children: readonly Tree[];
}

/** The tree with its branches drawn, one line for each text. */
export function drawTree({ text, children }: Tree): string {
  return [text, ...branches(children, '')].join('\n');
}

function branches(children: readonly Tree[], indent: string): readonly string[] {
  return children.flatMap((child, index) => {
    const last = index === children.length - 1;
    return [
      `${indent}${last ? '└─ ' : '├─ '}${child.text}`,
      ...branches(child.children, `${indent}${last ? '   ' : '│  '}`),
    ];
  });
}
