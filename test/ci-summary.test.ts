import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root } from './workspace.ts';

type Status = 'passed' | 'failed' | 'skipped';

interface Run {
  readonly exitCode: number;
  /** One list of statuses per test file; a file may fail without a failed test. */
  readonly files?: readonly { readonly status: 'passed' | 'failed'; readonly tests: readonly Status[] }[];
  readonly steps?: readonly { readonly name: string; readonly passed: boolean }[];
  /** Of verify:aws; one that passed where absent, null where it left no report. */
  readonly checks?: readonly { readonly name: string; readonly passed: boolean }[] | null;
  readonly verified?: number;
}

const verifiedCheck = { name: 'a stack', passed: true };

function summarize({ exitCode, files, steps, checks = [verifiedCheck], verified = 0 }: Run): {
  status: number | null;
  lastLine: string;
  output: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-reports-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (steps !== undefined) writeFileSync(join(folder, 'steps.json'), JSON.stringify(steps));
  if (checks !== null) writeFileSync(join(folder, 'verify-aws.json'), JSON.stringify({ checks }));
  if (files !== undefined) {
    const testResults = files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((each, index) => ({
        status: each,
        fullName: `test ${index}`,
        failureMessages: each === 'failed' ? ['Error: two is not three\n    at file.ts:1:2'] : [],
      })),
    }));
    writeFileSync(join(folder, 'vitest.json'), JSON.stringify({ testResults }));
  }
  const args = [join(root, '.ci/summary.mjs'), folder, String(exitCode), String(verified)];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', output: stdout };
}

const green = { status: 'passed', tests: ['passed', 'passed'] } as const;

describe('the summary of a CI run', () => {
  it('says of each failed test what it said', () => {
    const files = [{ status: 'failed', tests: ['passed', 'failed'] }] as const;
    expect(summarize({ exitCode: 1, files }).output).toContain(
      'failed test: test 1: Error: two is not three\n',
    );
  });

  it('counts the tests of a green run', () => {
    const steps = [{ name: 'types', passed: true }];
    expect(summarize({ exitCode: 0, files: [green, green], steps })).toMatchObject({
      status: 0,
      lastLine: '5 passed, 0 failed',
    });
  });

  it('counts failed tests, failed files and failed steps', () => {
    const files = [
      green,
      { status: 'failed', tests: ['passed', 'failed'] },
      { status: 'failed', tests: [] },
    ] as const;
    const steps = [
      { name: 'types', passed: false },
      { name: 'tests', passed: false },
    ];
    expect(summarize({ exitCode: 1, files, steps })).toMatchObject({
      status: 1,
      lastLine: '4 passed, 3 failed',
    });
  });

  it('fails a run that left no report', () => {
    expect(summarize({ exitCode: 0 })).toMatchObject({ status: 1, lastLine: '1 passed, 1 failed' });
  });

  it('fails a run in which no test ran', () => {
    const files = [{ status: 'passed', tests: ['skipped'] }] as const;
    expect(summarize({ exitCode: 0, files })).toMatchObject({ status: 1, lastLine: '1 passed, 1 failed' });
  });

  it('fails a run whose exit code says so, also when no test did', () => {
    expect(summarize({ exitCode: 1, files: [green] })).toMatchObject({
      status: 1,
      lastLine: '3 passed, 1 failed',
    });
  });

  it('names a test that was skipped', () => {
    const files = [{ status: 'passed', tests: ['passed', 'skipped'] }] as const;
    const { lastLine, output } = summarize({ exitCode: 0, files });
    expect(lastLine).toBe('2 passed, 0 failed');
    expect(output).toContain('not run (skipped): test 1');
  });

  it('counts the checks of the stacks', () => {
    const checks = [verifiedCheck, { name: 'another stack', passed: false }];
    const { status, lastLine, output } = summarize({ exitCode: 0, files: [green], checks, verified: 1 });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: '3 passed, 1 failed' });
    expect(output).toContain('failed check: another stack');
  });

  it('fails a run whose stacks were not verified', () => {
    const run = { exitCode: 0, files: [green], checks: null, verified: 1 };
    expect(summarize(run)).toMatchObject({ status: 1, lastLine: '2 passed, 1 failed' });
  });
});
