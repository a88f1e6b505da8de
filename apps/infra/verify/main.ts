import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Checks } from './checks.ts';
import { checkPlannedChanges } from './planned-changes.ts';
import { preparePython } from './python.ts';
import { TypeReport } from './report.ts';
import { checkRolls } from './rolls.ts';
import { cases } from './topologies.ts';
import { verifyCase } from './verify-case.ts';

const USAGE = `usage: npm run verify:aws [-- --all] [-- --only TEXT] [-- --keep]

  --all        every topology, instead of three of them
  --only TEXT  those topologies whose name has this in it; "planned changes" for those that a plan tells,
               "rolls" for machines that are replaced
  --keep       leave the templates and logs in .isochrone/verify-aws/

Synthesises the stacks, has cfn-lint judge them, deploys them to emulators of AWS on this machine, reads back what stands
there, and compares; so with releases, rolls, and what a plan tells of changes. Needs Python 3.10 or newer; makes an environment of its own.
exit codes: 0 everything passed, 1 something failed, 2 misuse
`;

/** What `--only` calls the changes of topologies, and machines that are replaced. */
const PLANS = 'planned changes';
const ROLLS = 'rolls';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.isochrone/verify-aws');

async function main(): Promise<number> {
  const { all, only, keep, help } = readOptions();
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const chosen = cases.filter(({ name, usual }) => (only === undefined ? all || usual : name.includes(only)));
  const plans = only === undefined || PLANS.includes(only);
  const rolls = only === undefined || ROLLS.includes(only);
  if (chosen.length === 0 && !plans && !rolls)
    throw new TypeError(`no topology has ${JSON.stringify(only)} in its name`);
  const began = performance.now();
  const python = await preparePython(folder);
  const checks = new Checks();
  const types = new TypeReport();
  const work = mkdtempSync(join(folder, 'run-'));
  try {
    for (const each of chosen) {
      console.log(`\n${each.name}`);
      await verifyCase(each, {
        python,
        checks,
        types,
        folder: join(work, each.name.replaceAll(/\W+/g, '-')),
      });
    }
    if (plans) {
      console.log(`\n${PLANS}`);
      await checkPlannedChanges({ python, checks, folder: join(work, 'plans') });
    }
    if (rolls) {
      console.log(`\n${ROLLS}`);
      await checkRolls({ python, checks, folder: join(work, 'rolls') });
    }
  } finally {
    if (!keep) rmSync(work, { recursive: true, force: true });
  }
  printReport(checks, types, (performance.now() - began) / 1_000);
  return checks.all.every(({ passed }) => passed) ? 0 : 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}

function printReport(checks: Checks, types: TypeReport, seconds: number): void {
  console.log('\nresource type, how many of it in all templates, and what made it');
  for (const line of types.lines()) console.log(`  ${line}`);
  if (checks.limits.length > 0)
    console.log('\nwhat an emulator does not keep, so that only the templates say it');
  for (const [limit, found] of checks.limits) console.log(`  ${limit}: ${found}`);
  const failed = checks.all.filter(({ passed }) => !passed);
  for (const { name, detail } of failed) console.log(`FAILED  ${name}: ${detail}`);
  console.log(
    `\n${checks.all.length - failed.length} checks passed, ${failed.length} failed, in ${seconds.toFixed(0)} s`,
  );
  const reports = join(root, 'reports');
  mkdirSync(reports, { recursive: true });
  writeFileSync(
    join(reports, 'verify-aws.json'),
    `${JSON.stringify({ checks: checks.all }, undefined, 2)}\n`,
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  const misused = error instanceof TypeError;
  console.error(misused ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = misused ? 2 : 1;
}
