import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import type { CompiledTopology } from '../src/site.ts';
import { PLACEHOLDER } from './stamp.ts';

const app = fileURLToPath(new URL('..', import.meta.url));

/** How both functions are bundled into `outdir`; nothing is written, because the bundles are stamped first. */
export const bundleOptions = (topology: CompiledTopology, outdir: string) =>
  ({
    absWorkingDir: app,
    entryPoints: { 'delivery/index': 'src/delivery.ts', 'publishing/index': 'src/publishing.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // The SDK's CommonJS builds cannot be shaken, and would ask for a dynamic require.
    mainFields: ['module', 'main'],
    // Credentials are read from the environment; the chain that looks for them elsewhere is 135 KB.
    alias: { '@aws-sdk/credential-provider-node': './src/store/no-credential-chain.ts' },
    define: { ISOCHRONE_TOPOLOGY: JSON.stringify(topology), ISOCHRONE_BUNDLE: JSON.stringify(PLACEHOLDER) },
    minify: true,
    legalComments: 'none',
    sourcemap: 'linked',
    metafile: true,
    write: false,
    logLevel: 'silent',
  }) satisfies BuildOptions;
