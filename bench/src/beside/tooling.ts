import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@isochrone/config-gen';
import { planChange } from '@isochrone/plan';
import { DOMAIN } from '@isochrone/proxy-conformance';
import { regionNames, requireTopology, type Topology } from '@isochrone/topology';
import { BenchError } from '../errors.ts';
import type { Figure } from '../results.ts';
import { spreadOf } from '../statistics.ts';
import { REPOSITORY } from './json-command.ts';

/** About as many as AWS has that are open to all. */
const MANY = 33;

const source = (regions: number): string =>
  `service: fast\ndomain: ${DOMAIN}\nhostedZoneId: Z0123456789EXAMPLE\naccount: "123456789012"\nhome: ${regionNames[0]}\nregions:\n${regionNames
    .slice(0, regions)
    .map((region) => `  ${region}: {}\n`)
    .join('')}`;

/** `generate` and `plan` of the smallest and of the largest topology: what they compute, and the commands as a whole. */
export async function measureTooling(repeats: number): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-bench-tooling-'));
  try {
    const figures: Figure[] = [];
    for (const regions of [1, MANY]) {
      const file = join(folder, `regions-${regions}.yaml`);
      await writeFile(file, source(regions));
      const topology = requireTopology(source(regions), file);
      const words = regions === 1 ? '1 region' : `${regions} regions`;
      figures.push(
        ...renderings(topology, regions, words, repeats),
        {
          id: `generate-command-${regions}`,
          title: `./isochrone generate, ${words}, the whole command`,
          value: await commandMs(['generate', file, '--out', join(folder, String(regions))], repeats),
          unit: 'ms',
        },
        {
          id: `plan-command-${regions}`,
          title: `./isochrone plan --from none, ${words}, the whole command`,
          value: await commandMs(['plan', '--from', 'none', '--to', file], repeats),
          unit: 'ms',
        },
      );
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function renderings(topology: Topology, regions: number, words: string, repeats: number): readonly Figure[] {
  const generating = medianMs(repeats, () => generate(topology, { source: 'bench.yaml' }));
  const planning = medianMs(repeats, () => planChange(null, topology));
  return [
    { id: `generate-${regions}`, title: `generate() of ${words}`, value: generating, unit: 'ms' },
    { id: `plan-${regions}`, title: `planChange() to ${words} from none`, value: planning, unit: 'ms' },
  ];
}

function medianMs(repeats: number, act: () => unknown): number {
  const times = Array.from({ length: repeats }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return spreadOf(times).median;
}

/** Wall time of a command, Node's start included. `plan` exits with 2 where something changes. */
async function commandMs(args: readonly string[], repeats: number): Promise<number> {
  const times: number[] = [];
  while (times.length < repeats) {
    const began = performance.now();
    await new Promise<void>((resolve, reject) => {
      execFile(`${REPOSITORY}isochrone`, [...args], { timeout: 60_000 }, (error, _stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (code === 0 || (code === 2 && args[0] === 'plan')) return resolve();
        reject(
          new BenchError('BENCH_TOOL_FAILED', `./isochrone ${args[0]} failed: ${stderr}`, {
            hint: `try it by hand: ./isochrone ${args.join(' ')}`,
            cause: error,
          }),
        );
      });
    });
    times.push(performance.now() - began);
  }
  return spreadOf(times).median;
}
