import type { Comparison, Condition } from '@isochrone/tours';

const DAY_MS = 86_400_000;

/** Whether a condition holds for what the page said of its visitor; of nested ones, as many as it takes to know. */
export function holds(condition: Condition, traits: ReadonlyMap<string, unknown>, now: number): boolean {
  if ('all' in condition) return condition.all.every((inner) => holds(inner, traits, now));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, traits, now));
  if ('not' in condition) return !holds(condition.not, traits, now);
  return compares(condition, traits.get(condition.attr), now);
}

function compares(comparison: Comparison, trait: unknown, now: number): boolean {
  switch (comparison.op) {
    case 'exists':
      return trait !== undefined && trait !== null;
    case 'eq':
      return trait === comparison.value;
    case 'ne':
      return trait !== comparison.value;
    case 'gt':
      return typeof trait === 'number' && trait > comparison.value;
    case 'lt':
      return typeof trait === 'number' && trait < comparison.value;
    case 'contains':
      return (typeof trait === 'string' || Array.isArray(trait)) && trait.includes(comparison.value);
    case 'in':
      return comparison.value.some((value) => value === trait);
    case 'within_days': {
      const ago = now - momentOf(trait);
      return ago >= 0 && ago <= comparison.value * DAY_MS;
    }
    default:
      // An operator of a later format: nobody can say that it holds.
      return false;
  }
}

const momentOf = (trait: unknown): number =>
  typeof trait === 'number'
    ? trait
    : typeof trait === 'string' || trait instanceof Date
      ? Date.parse(String(trait))
      : Number.NaN;
