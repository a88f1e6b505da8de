import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Bundles } from './app.ts';
import { InfraError } from './errors.ts';

const apps = join(import.meta.dirname, '../..');

/**
 * The bundles that `turbo build` made: those of the functions are of one topology each.
 *
 * @throws {InfraError} INFRA_BUNDLE_MISSING
 */
export function readBundles(topologyFile: string): Bundles {
  const name = basename(topologyFile, extname(topologyFile));
  const functions = join(apps, 'tour-lambda/dist', name);
  const edgeProxy = join(apps, 'edge-proxy/dist/main.mjs');
  for (const file of [join(functions, 'manifest.json'), edgeProxy]) {
    if (existsSync(file)) continue;
    throw new InfraError('INFRA_BUNDLE_MISSING', `${file} does not exist`, {
      hint:
        file === edgeProxy
          ? 'build it: node apps/edge-proxy/build.ts'
          : `build it: node apps/tour-lambda/build.ts --topology ${topologyFile} --out ${functions}`,
    });
  }
  return {
    functions: { delivery: join(functions, 'delivery'), publishing: join(functions, 'publishing') },
    edgeProxy: readFileSync(edgeProxy),
  };
}
