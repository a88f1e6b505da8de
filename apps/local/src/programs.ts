import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LocalError } from './errors.ts';

/** The other apps, which run as processes from their entry points, as in production. */
export const programs = {
  edgeProxy: pathTo('../../edge-proxy/dist/main.mjs'),
  buildEdgeProxy: pathTo('../../edge-proxy/build.ts'),
  buildFunctions: pathTo('../../tour-lambda/build.ts'),
  buildTourRuntime: pathTo('../../../packages/tour-runtime/build.ts'),
  seed: pathTo('../../tour-lambda/src/seed.ts'),
} as const;

function pathTo(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** @throws LocalError LOCAL_NOT_BUILT */
export function requireBuilt(): void {
  if (existsSync(programs.edgeProxy)) return;
  throw new LocalError('LOCAL_NOT_BUILT', `${programs.edgeProxy} does not exist`, {
    hint: 'run: npm run build',
  });
}
