import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './workspace.ts';

/** Starts the production topology, fifty times as fast; returns the URL of its control API. */
async function fastWorld(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'isochrone-drill-'));
  const free = ['--port', '0', '--dns-port', '0', '--control-port', '0', '--loopback', '127.81'];
  const world = spawn(
    process.execPath,
    [join(root, 'apps/local/src/main.ts'), '--state', state, '--time-scale', '50', ...free],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(async () => {
    world.kill('SIGTERM');
    if (world.exitCode === null) await once(world, 'exit');
    await rm(state, { recursive: true, force: true });
  });
  let url = '';
  for await (const line of createInterface({ input: world.stdout })) {
    url = /^world +curl (\S+)/.exec(line)?.[1] ?? url;
    if (line.startsWith('ready in ')) break;
  }
  world.stdout.resume();
  return url;
}

it('drills the local world, and finds it within its bounds', async () => {
  const args = [
    '--scenario',
    'proxy-killed',
    '--scenario',
    'drain',
    '--control',
    await fastWorld(),
    '--json',
  ];
  const drill = spawn(join(root, 'isochrone'), ['drill', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let progress = '';
  drill.stdout.on('data', (chunk) => {
    output += chunk;
  });
  drill.stderr.on('data', (chunk) => {
    progress += chunk;
  });
  const [code] = await once(drill, 'close');
  expect({ code, progress: code === 0 ? '' : progress }).toEqual({ code: 0, progress: '' });
  const { drills } = JSON.parse(output);
  expect(drills).toMatchObject([
    { scenario: 'proxy-killed', ok: true, visitors: 16 },
    { scenario: 'drain', ok: true, failures: {} },
  ]);
  expect(drills[0].detectedAfter).toBeGreaterThan(0);
}, 180_000);
