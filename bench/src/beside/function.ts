import { z } from 'zod';
import type { Figure } from '../results.ts';
import { jsonCommand } from './json-command.ts';

const quantiles = z.object({ p50: z.number(), p99: z.number() });
const timed = z.object({ beside: quantiles, store: quantiles });
const schema = z.object({ coldImport: quantiles, found: timed, unchanged: timed });

/** The built delivery function: to be loaded, and warm, beside what its store takes. */
export async function measureFunction(): Promise<readonly Figure[]> {
  const { coldImport, found, unchanged } = await jsonCommand(
    'apps/tour-lambda/bench/delivery.ts',
    [],
    schema,
  );
  const figures = [
    ['function-cold', 'import of the bundle in a new process', coldImport],
    ['function-200', 'warm, answering the script, beyond the store', found.beside],
    ['function-304', 'warm, answering 304, beyond the store', unchanged.beside],
  ] as const;
  return figures.flatMap(([id, title, { p50, p99 }]) => [
    { id: `${id}-p50`, title: `function: ${title}, p50`, value: p50, unit: 'ms' },
    { id: `${id}-p99`, title: `function: ${title}, p99`, value: p99, unit: 'ms' },
  ]);
}
