import type { Spread } from '../statistics.ts';

/** Three significant digits, without an exponent: 1234 → 1230 would lie about what was seen, so whole numbers stay. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `29.3 (28.0–31.0)` */
export const withRange = ({ median, min, max }: Spread): string =>
  `${short(median)} (${short(min)}–${short(max)})`;
