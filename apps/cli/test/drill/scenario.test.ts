import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario, shippedScenarios } from '../../src/drill/scenario.ts';
import { temporaryFolder } from '../command.ts';

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

describe('readScenario', () => {
  it.each(shippedScenarios())('reads %s, which is shipped', (name) => {
    expect(readScenario(name).name).toBe(name);
  });

  it("reads a file of the user's, with every default", () => {
    const file = fileWith(
      'title: Mine\nfaults: [{ kind: api-slow, target: region 1, ms: 5 }]\nfailures: none\n',
    );
    expect(readScenario(file)).toEqual({
      name: 'mine',
      title: 'Mine',
      faults: [{ kind: 'api-slow', target: 'region 1', ms: 5 }],
      inTurn: false,
      detection: false,
      untilGone: false,
      hold: 3,
      failures: 'none',
    });
  });

  it('says all that is wrong with one', () => {
    const file = fileWith('faults: []\nfailures: some\nmore: 1\n');
    expect(() => readScenario(file)).toThrow(/title: .*faults: .*failures: .*more/s);
  });

  it('names those that are shipped where it does not know one', () => {
    expect(() => readScenario('proxy-kiled')).toThrow(
      expect.objectContaining({
        code: 'CLI_SCENARIO_INVALID',
        hint: expect.stringContaining('proxy-killed'),
      }),
    );
  });
});
