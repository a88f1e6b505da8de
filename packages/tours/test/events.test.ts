import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventNames, limits, readReport, sampleTour } from '../src/index.ts';

const event = { name: 'shown', tour: sampleTour.id, step: 'choose-dates' };
const report = { environment: 'staging', revision: 3, consent: true, events: [event] };

it('reads a report as it stands', () => {
  expect(readReport(report)).toEqual(report);
  expect(
    readReport({ revision: 0, events: eventNames.map((name) => ({ name, tour: sampleTour.id })) }),
  ).toBeDefined();
});

it.each([
  [{ revision: undefined }],
  [{ revision: -1 }],
  [{ revision: '3' }],
  [{ environment: 'a#b' }],
  [{ consent: 'yes' }],
  [{ events: [] }],
  [{ events: [{ ...event, name: 'clicked' }] }],
  [{ events: [event, { ...event, tour: 'tour_1' }] }],
  [{ events: [{ ...event, step: 'a#b' }] }],
  [{ events: Array.from({ length: limits.reportedEvents + 1 }, () => event) }],
])('rejects a report with %j', (change) => {
  expect(readReport({ ...report, ...change })).toBeUndefined();
});

it('passes over what it does not know', () => {
  expect(readReport({ ...report, text: 'secret', events: [{ ...event, url: 'secret' }] })).toEqual(report);
});

it('takes any JSON without throwing', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readReport(value)));
});
