// node summary.mjs FOLDER EXIT_CODE VERIFIED: prints `N passed, N failed` from the reports of `npm test`, whose exit
// code is EXIT_CODE, and of `npm run verify:aws`, whose exit code is VERIFIED. A failed step counts as a failure, and so
// does a run that leaves no report.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = 'reports', exitCode = '1', verified = '1'] = process.argv.slice(2);

const tests = read('vitest.json');
const steps = read('steps.json') ?? [];
const checks = read('verify-aws.json')?.checks ?? [];

const files = tests?.testResults ?? [];
const assertions = files.flatMap((file) => file.assertionResults);
const passed = assertions.filter(({ status }) => status === 'passed').length;
const failedTests = assertions.filter(({ status }) => status === 'failed').length;
// A file that fails to load, or whose hook throws, holds no failed test of its own.
const failedFiles = files.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
).length;
const failedSteps = steps.filter((step) => !step.passed && step.name !== 'tests').length;

const failedChecks = checks.filter((check) => !check.passed).length;
const checksLost = failedChecks === 0 && (verified !== '0' || checks.length === 0) ? 1 : 0;

const counted = failedTests + failedFiles + failedSteps;
const bad = exitCode !== '0' || passed === 0;
const failed = (counted === 0 && bad ? 1 : counted) + failedChecks + checksLost;
const allPassed = passed + checks.length - failedChecks;

for (const { status, fullName, failureMessages } of assertions) {
  if (status === 'failed') console.log(`failed test: ${fullName}: ${brief(failureMessages)}`);
  else if (status !== 'passed') console.log(`not run (${status}): ${fullName}`);
}
for (const step of steps) {
  if (!step.passed) console.log(`failed step: ${step.name}`);
}
for (const { name, passed, detail } of checks) {
  if (!passed) console.log(`failed check: ${name}: ${detail}`);
}
if (checksLost > 0) console.log('verify:aws ended before its report');
console.log(`${allPassed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The first lines, without the stack: a log may be cut before the place where the whole of it stands. */
function brief([message = ''] = []) {
  const [said] = message.split(/\n\s+at /, 1);
  return said.trim().slice(0, 1000);
}

function read(name) {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
}
