import { z } from 'zod';
import type { ProfileShare } from '../results.ts';
import { originalSource } from './original-source.ts';

/** What `node --cpu-prof` writes, as far as it is read. */
export const cpuProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.int(),
        columnNumber: z.int(),
      }),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

export type CpuProfile = z.infer<typeof cpuProfileSchema>;
type CallFrame = CpuProfile['nodes'][number]['callFrame'];

/** Smaller ones are put together. */
const LEAST_SHARE = 0.01;

/** Self time by part of the program, largest first; together 1. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): readonly ProfileShare[] {
  const partOf = new Map(nodes.map(({ id, callFrame }) => [id, part(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = partOf.get(sample) ?? 'unknown';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  // Before the load begins, and where it lets the process wait; not all of it: libuv's own work has no name of its own.
  times.delete('nothing');
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...times].map(([name, time]) => ({ part: name, share: time / total }));
  const large = shares.filter(({ share }) => share >= LEAST_SHARE);
  const rest = shares.reduce((sum, { share }) => sum + (share < LEAST_SHARE ? share : 0), 0);
  const sorted = large.toSorted((a, b) => b.share - a.share);
  return rest > 0 ? [...sorted, { part: 'everything below 1 %', share: rest }] : sorted;
}

function part(frame: CallFrame): string {
  const { functionName, url } = frame;
  if (functionName === '(idle)') return 'nothing';
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'native code outside JavaScript: libuv, reading, decryption';
  if (functionName === '(root)') return 'nothing';
  if (url === '') return nativePart(functionName);
  if (url.startsWith('node:')) return nodePart(url);
  return bundledPart(originalSource(frame));
}

/** A function of C++ that JavaScript called. */
const nativePart = (name: string): string =>
  /^(writev?|writeLatin1String|writeUtf8String|writeBuffer)$/.test(name)
    ? 'native writes: encryption and sending'
    : 'other native functions';

function nodePart(url: string): string {
  const name = url.replace(/^node:(internal\/)?/, '');
  if (/^_?http|^https/.test(name)) return 'node:http';
  if (/^streams?(\/|$)/.test(name)) return 'node:stream';
  if (/tls/.test(name)) return 'node:tls';
  if (/^net$|stream_base/.test(name)) return 'node:net';
  if (/process\/task_queues|async_hooks|timers|promise_hooks/.test(name))
    return 'node: ticks, timers, async hooks';
  return 'node: everything else';
}

/** By the package, or the file of the edge-proxy's own. */
function bundledPart(source: string): string {
  const packages = [...source.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name);
  const name = packages.filter((each) => each !== '.pnpm').at(-1);
  if (name !== undefined) return name;
  const own = /(?:^|\/)src\/([\w-]+\.ts)$/.exec(source)?.[1];
  return own === undefined ? 'other code of the bundle' : `apps/edge-proxy/src/${own}`;
}
