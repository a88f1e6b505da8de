import { describe, expect, it } from 'vitest';
import { compileTours, parseTour, sampleTour, type Tour } from '../src/index.ts';

const other: Tour = { ...sampleTour, id: 'tour_00000000000000000000000000' };

describe('compileTours', () => {
  it('leaves out what only the author may see', () => {
    const text = JSON.stringify(compileTours([sampleTour]));
    for (const secret of [sampleTour.name, sampleTour.note, sampleTour.author])
      expect(text).not.toContain(secret);
  });

  it('leaves out default values', () => {
    const [step] = sampleTour.steps;
    const tour: Tour = {
      ...sampleTour,
      trigger: { kind: 'page', delayMs: 0 },
      steps: [
        {
          id: 'only',
          kind: 'tooltip',
          anchor: { path: ['#a'], waitMs: 4000, onMissing: 'skip' },
          side: 'bottom',
          align: 'center',
          content: step?.content ?? {},
        },
      ],
    };
    expect(compileTours([tour]).tours).toEqual([
      {
        id: sampleTour.id,
        trigger: { kind: 'page' },
        frequency: { mode: 'every' },
        defaultLocale: 'en',
        steps: [{ id: 'only', kind: 'tooltip', anchor: { path: ['#a'] }, content: step?.content }],
      },
    ]);
  });

  it('keeps everything else, so that what is published is again a valid tour', () => {
    const [published] = compileTours([sampleTour]).tours;
    const { name: _, note: __, author: ___, ...publicPart } = sampleTour;
    expect(parseTour(published).ok).toBe(true);
    expect(published).toMatchObject({
      ...publicPart,
      steps: publicPart.steps.map(({ id, content }) => ({ id, content })),
    });
  });

  it('gives equal text for the same tours in another order', () => {
    expect(JSON.stringify(compileTours([sampleTour, other]))).toBe(
      JSON.stringify(compileTours([other, sampleTour])),
    );
  });
});
