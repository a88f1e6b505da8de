import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';

const folders = [
  'bench',
  ...['packages', 'apps'].flatMap((parent) =>
    readdirSync(parent)
      .map((child) => `${parent}/${child}`)
      .filter((folder) => existsSync(`${folder}/test`)),
  ),
];

/** `extends` hands the timeouts on; a project named by its folder alone would have vitest's own. */
const project = (name: string, root: string) => ({
  extends: true as const,
  root,
  test: { name, include: ['test/**/*.test.ts'] },
});

export default defineConfig({
  test: {
    projects: [
      ...folders.map((folder) => project(`@isochrone/${basename(folder)}`, folder)),
      project('repository', '.'),
    ],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
  },
});
