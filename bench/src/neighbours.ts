import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Benchmarks that live beside what they measure; they are met as processes, as apps are. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const quantiles = z.object({ p50: z.number(), p99: z.number() });

const functionSchema = z.object({
  warm: z.record(z.string(), z.object({ beside: quantiles, store: quantiles })),
  coldImport: quantiles,
});
/** Milliseconds of the delivery function. */
export type FunctionFigures = z.output<typeof functionSchema>;

const dnsSchema = z.object({ perCore: z.number(), latencyMs: z.number() });
/** Queries that the DNS server answers in a second of one core, and how soon. */
export type DnsFigures = z.output<typeof dnsSchema>;

const spread = z.object({ median: z.number(), worst: z.number() });
const publishSchema = z
  .array(
    z.object({
      engine: z.string(),
      loads: z.number(),
      lagMs: z.number(),
      waited: z.record(z.string(), z.number()),
      publishMs: spread,
      atHome: z.number(),
      later: z.record(z.string(), spread),
    }),
  )
  .min(1);
/** From a publish to the page that shows it, for each engine. */
export type PublishFigures = z.output<typeof publishSchema>;

export const functionFigures = () =>
  figuresOf(functionSchema, ['apps/tour-lambda/bench/delivery.ts', '--json']);

export const dnsFigures = (seconds: number) =>
  figuresOf(dnsSchema, ['apps/local/bench/dns.ts', '--json', '--seconds', String(seconds)]);

export const publishFigures = (loads: number) =>
  figuresOf(publishSchema, ['apps/local/bench/next-load.ts', '--json', '--loads', String(loads)]);

async function figuresOf<T>(
  schema: z.ZodType<T>,
  [entry, ...args]: readonly [string, ...string[]],
): Promise<T> {
  const child = spawn(process.execPath, [entry, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  try {
    // A target that is missed is an exit code of theirs, and a line of the report here.
    return schema.parse(JSON.parse(output));
  } catch (cause) {
    throw new Error(`${entry} says: ${complaints.trim().split('\n').at(-1) ?? 'nothing'}`, { cause });
  }
}
