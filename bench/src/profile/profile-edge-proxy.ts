import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { edgeProxyProgram, edges } from '../contenders/edges.ts';
import { untilServing } from '../correctness.ts';
import { BenchError } from '../errors.ts';
import { h2load } from '../load/h2load.ts';
import type { ProfileShare } from '../results.ts';
import { LOAD_CORE, type Stage } from '../stage/stage.ts';
import { type CpuProfile, cpuProfileSchema, sharesOf } from './shares.ts';

/** Runs the edge-proxy under keep-alive load with Node's profiler, and says where its time goes. */
export async function profileEdgeProxy(stage: Stage, seconds: number): Promise<readonly ProfileShare[]> {
  const contender = edges.find(({ id }) => id === 'edge-proxy');
  if (contender === undefined) throw new TypeError('no edge-proxy');
  let folder = '';
  const running = await stage.start(contender, {
    program: async (site) => {
      folder = join(site.folder, 'profiles');
      await mkdir(folder);
      return edgeProxyProgram(site, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
    },
  });
  let shares: readonly ProfileShare[] | undefined;
  try {
    await untilServing(running.at, stage.ca);
    const load = { protocol: 'http/1.1', connections: 32, streams: 1 } as const;
    await h2load({ core: LOAD_CORE, seconds }, running.at, load);
  } finally {
    await running.stop({
      graceMs: 10_000,
      beforeCleaning: async () => {
        shares = sharesOf(await busiest(folder));
      },
    });
  }
  if (shares === undefined) throw new TypeError('no profile');
  return shares;
}

/** Of the profiles of all processes and threads, the one that was busiest: the worker's. */
async function busiest(folder: string): Promise<CpuProfile> {
  const profiles = await Promise.all(
    (await readdir(folder)).map(async (name) =>
      cpuProfileSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
    ),
  );
  const [first] = profiles.toSorted((a, b) => b.nodes.length - a.nodes.length);
  if (first !== undefined) return first;
  throw new BenchError('BENCH_TOOL_FAILED', 'the edge-proxy left no profile', {
    hint: 'it writes one when it ends; see that it ends by itself',
  });
}
