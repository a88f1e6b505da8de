/** Every check and every test, in order. A failed step does not hide the ones after it; one is enough to fail. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

const steps: readonly Step[] = [
  { name: 'system packages', command: ['node', 'scripts/system-packages.ts'] },
  { name: 'build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the browser code', command: ['tsc', '--noEmit', '-p', 'packages/tour-runtime'] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'tests', command: ['vitest', 'run'] },
];

const root = join(import.meta.dirname, '..');
const reports = join(root, 'reports');
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };

async function run({ name, command }: Step, position: string): Promise<StepResult> {
  const [program, ...args] = command;
  console.log(`\n[${position}] ${name}: ${command.join(' ')}`);
  const begin = performance.now();
  const passed = await new Promise<boolean>((resolve) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
  const result = { name, passed, seconds: Number(((performance.now() - begin) / 1000).toFixed(1)) };
  console.log(describe(result));
  return result;
}

const describe = ({ name, passed, seconds }: StepResult): string =>
  `${passed ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s  ${name}`;

// An old report would be counted as this run's.
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports);

const results: StepResult[] = [];
for (const [index, step] of steps.entries()) {
  results.push(await run(step, `${index + 1}/${steps.length}`));
  writeFileSync(join(reports, 'steps.json'), `${JSON.stringify(results, null, 2)}\n`);
}

const failed = results.filter(({ passed }) => !passed);
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
console.log(`\n${results.map(describe).join('\n')}`);
console.log(
  failed.length === 0
    ? `all ${results.length} steps passed in ${seconds.toFixed(0)} s`
    : `${failed.length} of ${results.length} steps failed: ${failed.map(({ name }) => name).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
