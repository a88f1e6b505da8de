import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { productionFile, readText, temporaryFolder } from './bundles.ts';

const entry = join(import.meta.dirname, '../build.ts');

const start = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  return child;
};

const lines = (stream: ChildProcess['stdout']): Interface => {
  if (stream === null) throw new Error('the stream is not piped');
  return createInterface(stream);
};

async function nextLine(from: Interface): Promise<string> {
  const [line]: unknown[] = await once(from, 'line');
  return String(line);
}

it('rebuilds when the topology changes, says one line each time, and outlives a bad topology', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'production.yaml');
  await cp(productionFile, file);
  const out = join(folder, 'out');
  const child = start('--topology', file, '--domain', 'example.localhost', '--out', out, '--watch');
  const [stdout, stderr] = [lines(child.stdout), lines(child.stderr)];
  expect(await nextLine(stdout)).toMatch(
    /^built production: delivery \d+ KB [0-9a-f]{12}, publishing \d+ KB/,
  );

  const text = await readText(file);
  const failed = nextLine(stderr);
  await writeFile(file, `${text}colour: red\n`);
  expect(await failed).toMatch(/^build of production failed: .*colour/);

  const rebuilt = nextLine(stdout);
  await writeFile(`${file}.new`, `${text.trimEnd()}\n  eu-north-1: {}\n`);
  await rename(`${file}.new`, file);
  expect(await rebuilt).toMatch(/^built production:/);
  expect(await readText(out, 'delivery/index.mjs')).toContain('"eu-north-1-fast.example.localhost"');
});

it('exits with 1 and names the place where the topology is wrong', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'bad.yaml');
  await writeFile(file, `${await readText(productionFile)}colour: red\n`);
  const child = start('--topology', file, '--out', join(folder, 'out'));
  const line = nextLine(lines(child.stderr));
  const [code]: unknown[] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(await line).toContain('bad.yaml');
});

it('exits with 2 and the usage where it is called wrongly', async () => {
  const child = start('--colour');
  const line = nextLine(lines(child.stderr));
  const [code]: unknown[] = await once(child, 'exit');
  expect(code).toBe(2);
  expect(await line).toContain("'--colour'");
});
