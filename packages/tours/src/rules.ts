import type { Inline } from './content.ts';
import type { TourProblem } from './errors.ts';
import { limits } from './limits.ts';
import { pointerTo } from './pointer.ts';
import type { Step } from './steps.ts';
import type { Comparison, Condition } from './targeting.ts';

/** The parts of a document whose shape is right, also where others' is not. */
export interface Readable {
  readonly id: string | undefined;
  readonly defaultLocale: string | undefined;
  readonly schedule: { readonly from?: string | undefined; readonly to?: string | undefined } | undefined;
  readonly where: Condition | undefined;
  /** Each with its place in the document. */
  readonly steps: readonly { readonly index: number; readonly step: Step }[];
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

const scheduleBeginsBeforeItEnds: Rule = ({ schedule: { from, to } = {} }) =>
  from === undefined || to === undefined || Date.parse(from) < Date.parse(to)
    ? []
    : [
        {
          code: 'TOURS_INVALID_VALUE',
          pointer: '/schedule/to',
          message: `expected a time after ${from}, where it begins`,
        },
      ];

const noButtonStartsItsOwnTour: Rule = ({ id, steps }) =>
  steps.flatMap(({ index, step }) =>
    (step.buttons ?? []).flatMap((button, place): TourProblem[] =>
      button.action === 'tour' && button.tour === id
        ? [
            {
              code: 'TOURS_INVALID_VALUE',
              pointer: pointerTo(['steps', index, 'buttons', place, 'tour']),
              message: 'a button starts another tour than its own',
            },
          ]
        : [],
    ),
  );

const conditionsAreShallow: Rule = ({ where }) =>
  comparisonsIn(where)
    .filter(({ depth }) => depth > limits.conditionDepth)
    .map(({ path }) => ({
      code: 'TOURS_TOO_LARGE',
      pointer: pointerTo(path),
      message: `a condition of more than ${limits.conditionDepth} levels`,
    }));

// Whatever is published can be read by everybody who loads the page.
const targetingNamesNobody: Rule = ({ where }) =>
  comparisonsIn(where).flatMap(({ path, comparison }) => {
    const values = 'value' in comparison ? [comparison.value].flat() : [];
    const isList = 'value' in comparison && Array.isArray(comparison.value);
    return values.flatMap((value, place): TourProblem[] =>
      typeof value === 'string' && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)
        ? [
            {
              code: 'TOURS_PRIVATE_VALUE',
              pointer: pointerTo([...path, 'value', ...(isList ? [place] : [])]),
              message: 'an e-mail address would be published; target a trait that names no person',
            },
          ]
        : [],
    );
  });

interface Placed {
  readonly comparison: Comparison;
  readonly path: readonly PropertyKey[];
  readonly depth: number;
}

function comparisonsIn(
  condition: Condition | undefined,
  path: readonly PropertyKey[] = ['target', 'where'],
  depth = 1,
): readonly Placed[] {
  if (condition === undefined) return [];
  if ('op' in condition) return [{ comparison: condition, path, depth }];
  if ('not' in condition) return comparisonsIn(condition.not, [...path, 'not'], depth + 1);
  const [key, children] = 'all' in condition ? ['all', condition.all] : ['any', condition.any];
  return children.flatMap((child, index) => comparisonsIn(child, [...path, key, index], depth + 1));
}

const linksHaveText: Rule = ({ steps }) =>
  steps.flatMap(({ index, step }) =>
    Object.entries(step.content).flatMap(([locale, { body }]) =>
      body.flatMap((block, place) => {
        const at = ['steps', index, 'content', locale, 'body', place];
        if (block.kind === 'paragraph') return emptyLinks(block.text, [...at, 'text']);
        if (block.kind === 'list')
          return block.items.flatMap((item, entry) => emptyLinks(item, [...at, 'items', entry]));
        return [];
      }),
    ),
  );

const emptyLinks = (inline: Inline, path: readonly PropertyKey[]): readonly TourProblem[] =>
  typeof inline === 'string'
    ? []
    : inline.flatMap((run, index): TourProblem[] =>
        run.href !== undefined && run.text.trim() === ''
          ? [
              {
                code: 'TOURS_INVALID_VALUE',
                pointer: pointerTo([...path, index, 'text']),
                message: 'a link needs text that can be seen and read out',
              },
            ]
          : [],
      );

/** What the schema cannot say, because it concerns more than one value. */
export const rules: readonly Rule[] = [
  stepIdsAreUnique,
  everyTextHasTheDefaultLocale,
  scheduleBeginsBeforeItEnds,
  noButtonStartsItsOwnTour,
  conditionsAreShallow,
  targetingNamesNobody,
  linksHaveText,
];
