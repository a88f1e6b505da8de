import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTopology, type Topology, TopologyError } from '@isochrone/topology';
import { buildApp } from './app.ts';
import { readBundles } from './bundles.ts';
import { InfraError } from './errors.ts';

const USAGE = `usage: node src/main.ts [--topology FILE]

  --topology FILE  the topology (default: topologies/production.yaml)
  --help           print this

Writes the CloudFormation templates and assets of every stack to cdk.out, or to CDK_OUTDIR. The cdk command runs it.
exit codes: 0 fine, 1 problems, 2 misuse
`;

function readOptions(): { readonly topology: string } | 'help' {
  try {
    const { values } = parseArgs({
      options: { topology: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return 'help';
    return {
      topology: resolve(values.topology ?? join(import.meta.dirname, '../../../topologies/production.yaml')),
    };
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('. ', 1)[0] ?? '') : String(cause);
    throw new InfraError('INFRA_USAGE', message, { hint: 'see --help', cause });
  }
}

function readTopology(file: string): Topology {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InfraError('INFRA_TOPOLOGY_UNREADABLE', `${file} cannot be read`, {
      hint: 'name a file that exists; paths are resolved from the current directory',
      cause,
    });
  }
  return requireTopology(text, file);
}

try {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
  } else {
    buildApp({ topology: readTopology(options.topology), bundles: readBundles(options.topology) }).synth();
  }
} catch (error) {
  if (error instanceof InfraError) process.stderr.write(`${error.code} ${error.message}\n  ${error.hint}\n`);
  else if (error instanceof TopologyError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = error instanceof InfraError && error.code === 'INFRA_USAGE' ? 2 : 1;
}
