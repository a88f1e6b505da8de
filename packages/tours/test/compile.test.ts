import { describe, expect, it } from 'vitest';
import {
  compileTours,
  type Environment,
  type Inline,
  newEnvironment,
  parseTour,
  sampleTour,
  type Tour,
} from '../src/index.ts';
import { fullTour } from './documents.ts';

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

  it('keeps all that a tour can have, but for what is private', () => {
    const { name: _, note: __, author: ___, ...publicPart } = fullTour;
    const [published] = compileTours([fullTour]).tours;
    expect(published).toEqual(publicPart);
    expect(parseTour(published)).toEqual({ ok: true, tour: publicPart });
  });

  it('leaves out what says nothing', () => {
    const [first] = sampleTour.steps;
    const tour: Tour = {
      ...fullTour,
      priority: 0,
      schedule: {},
      trigger: { kind: 'event', event: 'a', delayMs: 0 },
      target: { percent: 100, devices: ['mobile', 'desktop'] },
      frequency: { mode: 'once', exemptFromCap: false },
      theme: 'default',
      steps: [{ id: 'only', kind: 'banner', position: 'top', content: first?.content ?? {} }],
    };
    expect(compileTours([tour]).tours).toEqual([
      {
        id: fullTour.id,
        trigger: { kind: 'event', event: 'a' },
        frequency: { mode: 'once' },
        defaultLocale: 'en',
        steps: [{ id: 'only', kind: 'banner', content: first?.content }],
      },
    ]);
  });

  it('joins runs of one form, and makes plain ones text', () => {
    const body = (text: Inline): Tour => ({
      ...sampleTour,
      steps: [
        { id: 'a', kind: 'modal', content: { en: { title: 'a', body: [{ kind: 'paragraph', text }] } } },
      ],
    });
    const published = (text: Inline) => compileTours([body(text)]).tours[0]?.steps[0]?.content['en']?.body;
    expect(published([{ text: 'a' }, { text: 'b' }])).toEqual([{ kind: 'paragraph', text: 'ab' }]);
    expect(published([{ text: 'a', b: true }, { text: 'b', b: true }, { text: 'c' }])).toEqual([
      { kind: 'paragraph', text: [{ text: 'ab', b: true }, { text: 'c' }] },
    ]);
  });

  it('puts tours of a higher priority first', () => {
    expect(compileTours([other, fullTour, sampleTour]).tours.map(({ id }) => id)).toEqual([
      fullTour.id,
      other.id,
      sampleTour.id,
    ]);
  });

  it('publishes of an environment what browsers need, and only the themes that are used', () => {
    const themes = { default: { radius: 1 }, brand: { radius: 2 }, unused: { radius: 3 } };
    const environment: Environment = {
      ...newEnvironment,
      consent: 'required',
      domains: ['a.example'],
      frequencyCap: { max: 1, windowHours: 2 },
      themes,
    };
    const { tours: _, ...rest } = compileTours([fullTour], environment);
    expect(rest).toEqual({
      format: 1,
      consent: 'required',
      domains: ['a.example'],
      frequencyCap: { max: 1, windowHours: 2 },
      themes: { brand: { radius: 2 } },
    });
    expect(Object.keys(compileTours([sampleTour], { ...newEnvironment, domains: [] }))).toEqual([
      'format',
      'tours',
    ]);
  });
});
