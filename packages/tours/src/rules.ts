import type { TourProblem } from './errors.ts';
import { pointerTo } from './pointer.ts';
import type { Step } from './schema.ts';

/** The steps whose shape is right, each with its place in the document, and the default locale if it is one. */
export interface Readable {
  readonly steps: readonly { readonly index: number; readonly step: Step }[];
  readonly defaultLocale: string | undefined;
}

type Rule = (readable: Readable) => readonly TourProblem[];

const stepIdsAreUnique: Rule = ({ steps }) => {
  const firstWith = new Map<string, number>();
  return steps.flatMap(({ index, step }): TourProblem[] => {
    const first = firstWith.get(step.id);
    if (first === undefined) {
      firstWith.set(step.id, index);
      return [];
    }
    return [
      {
        code: 'TOURS_DUPLICATE_STEP',
        pointer: pointerTo(['steps', index, 'id']),
        message: `"${step.id}" is already the id of step ${first}`,
      },
    ];
  });
};

const everyTextHasTheDefaultLocale: Rule = ({ steps, defaultLocale }) =>
  defaultLocale === undefined
    ? []
    : steps.flatMap(({ index, step }) =>
        [
          { path: ['steps', index, 'content'], locales: step.content },
          ...(step.buttons ?? []).map((button, place) => ({
            path: ['steps', index, 'buttons', place, 'label'],
            locales: button.label,
          })),
        ]
          .filter(({ locales }) => !Object.hasOwn(locales, defaultLocale))
          .map(
            ({ path }): TourProblem => ({
              code: 'TOURS_MISSING_LOCALE',
              pointer: pointerTo(path),
              message: `nothing in the default locale "${defaultLocale}"`,
            }),
          ),
      );

/** What the schema cannot say, because it concerns more than one value. */
export const rules: readonly Rule[] = [stepIdsAreUnique, everyTextHasTheDefaultLocale];
