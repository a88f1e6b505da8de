/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  /** Whether it is one of ours. */
  readonly isOurs: boolean;
}

const LEFT = 270;
const WIDTH = 860;
const RIGHT = 90;
const STEP = 26;
const TOP = 44;
const MAX_TICKS = 5;

/** Horizontal bars, shortest first, with what each varied by; readable on a light and on a dark page. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const sorted = bars.toSorted((a, b) => a.value - b.value);
  const largest = Math.max(...sorted.map(({ value, most = value }) => most));
  const scale = (value: number): number => LEFT + (value / largest) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + sorted.length * STEP;
  const ticks = ticksUpTo(largest).map((tick) => {
    const x = position(scale(tick));
    return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 16}">${tick}</text>`;
  });
  const rows = sorted.map(({ label, value, least = value, most = value, isOurs }, index) => {
    const y = TOP + index * STEP;
    const middle = y + 9;
    return [
      `<text class="label" x="${LEFT - 10}" y="${y + 13}">${escaped(label)}</text>`,
      `<rect class="${isOurs ? 'ours' : 'bar'}" x="${LEFT}" y="${y}" width="${position(scale(value) - LEFT)}" height="18"/>`,
      `<line class="range" x1="${position(scale(least))}" x2="${position(scale(most))}" y1="${middle}" y2="${middle}"/>`,
      `<text class="value" x="${position(scale(most) + 6)}" y="${y + 13}">${rounded(value)}</text>`,
    ].join('');
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 30}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;font-size:15px}.label,.tick{fill:#6e7781}.label{text-anchor:end}.tick{text-anchor:middle}.grid{stroke:#8c959f;stroke-opacity:.3}.bar{fill:#8c959f}.ours{fill:#2f81f7}.range{stroke:#bc4c00;stroke-width:2}</style>',
    `<text class="title" x="10" y="22">${escaped(title)}, ${escaped(unit)}</text>`,
    ...ticks,
    ...rows,
    '</svg>',
  ].join('\n')}\n`;
}

/** Round numbers from 0 on. */
export function ticksUpTo(largest: number): readonly number[] {
  const rough = largest / MAX_TICKS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.floor(largest / step) + 1 }, (_, index) => index * step);
}

const rounded = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
const position = (value: number): string => value.toFixed(1);
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
