import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyWorkspace } from './workspace-copy.ts';

const planSchema = z.object({
  tasks: z.array(
    z.object({
      taskId: z.string(),
      hash: z.string(),
      command: z.string(),
      cache: z.object({ status: z.string() }),
    }),
  ),
});

type Task = z.infer<typeof planSchema>['tasks'][number];

let copy: string;

beforeAll(() => {
  copy = copyWorkspace();
  const options = { cwd: copy, stdio: 'ignore' } as const;
  spawnSync('git', ['init', '--quiet'], options);
  spawnSync('git', ['add', '--all'], options);
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function turbo(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    join(copy, 'node_modules/.bin/turbo'),
    [...args, '--cwd', copy, '--cache-dir', join(copy, '.turbo/cache')],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
  );
  if (status !== 0) throw new Error(`turbo ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

/** The tasks that run something; turbo also plans tasks for packages that have no such script. */
function plan(...tasks: readonly string[]): readonly Task[] {
  const text = turbo('run', ...tasks, '--dry=json');
  return planSchema.parse(JSON.parse(text)).tasks.filter(({ command }) => command !== '<NONEXISTENT>');
}

describe('turbo', () => {
  it('rebuilds nothing the second time', () => {
    turbo('run', 'build', '--output-logs=errors-only');
    const built = plan('build');
    expect(built.map(({ cache }) => cache.status)).toEqual(built.map(() => 'HIT'));
    const report = stripVTControlCharacters(turbo('run', 'build'));
    expect(report).toMatch(new RegExp(`Cached: +${built.length} cached, ${built.length} total`));
  });

  it('runs exactly what depends on a topology after it was edited', () => {
    const before = new Map(plan('build', 'generate').map(({ taskId, hash }) => [taskId, hash]));
    appendFileSync(join(copy, 'topologies/production.yaml'), '  ap-northeast-1: {}\n');
    const changed = plan('build', 'generate').filter(({ taskId, hash }) => before.get(taskId) !== hash);
    expect(changed.map(({ taskId }) => taskId).toSorted()).toEqual([
      '@isochrone/cli#generate',
      '@isochrone/tour-lambda#build',
    ]);
  });
});
