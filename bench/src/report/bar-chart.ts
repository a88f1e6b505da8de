import { short } from './numbers.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The lowest and the highest value seen, drawn as a whisker. */
  readonly min: number;
  readonly max: number;
  readonly isOurs: boolean;
}

const WIDTH = 760;
const LABELS = 210;
const VALUES = 90;
const ROW = 26;
const TOP = 44;
const BOTTOM = 12;

/** Bars from left to right as an SVG that reads on a light and on a dark page; less is better. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const largest = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const scale = (value: number): number =>
    Math.round((value / largest) * (WIDTH - LABELS - VALUES) * 10) / 10;
  const height = TOP + bars.length * ROW + BOTTOM;
  const rows = bars.flatMap((bar, index) => {
    const top = TOP + index * ROW;
    const middle = top + ROW / 2 - 2;
    const [low, high] = [LABELS + scale(bar.min), LABELS + scale(bar.max)];
    return [
      `  <text class="label${bar.isOurs ? ' ours' : ''}" x="${LABELS - 10}" y="${middle + 4}">${escaped(bar.label)}</text>`,
      `  <rect class="${bar.isOurs ? 'bar-ours' : 'bar'}" x="${LABELS}" y="${top}" width="${scale(bar.value)}" height="${ROW - 6}" rx="2"/>`,
      `  <path class="whisker" d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8"/>`,
      `  <text class="value" x="${high + 8}" y="${middle + 4}">${short(bar.value)}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(`${title}, ${unit}`)}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600 }
    .label { text-anchor: end }
    .ours { font-weight: 600 }
    .bar { fill: #9aa7b5 }
    .bar-ours { fill: #1a7f64 }
    .whisker { stroke: #57606a; fill: none }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #55606d } .bar-ours { fill: #2ea983 } .whisker { stroke: #b1bac4 } }
  </style>
  <text class="title" x="10" y="22">${escaped(title)}</text>
  <text class="value" x="${WIDTH - 10}" y="22" text-anchor="end">${escaped(unit)}, less is better</text>
${rows.join('\n')}
</svg>
`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
