import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CliError } from '../errors.ts';

const worldSchema = z.object({
  publicUrl: z.string(),
  ca: z.string(),
  publishKey: z.string(),
  table: z.object({ name: z.string(), home: z.string(), endpoints: z.record(z.string(), z.string()) }),
});

export type LocalWorld = z.output<typeof worldSchema>;

/** What the running local world says of itself. */
export async function localWorld(control: string): Promise<LocalWorld> {
  try {
    const response = await fetch(new URL('/world', control));
    return worldSchema.parse(await response.json());
  } catch (cause) {
    throw new CliError('CLI_WORLD_UNREACHABLE', `no local world answers at ${control}`, {
      hint: 'start one with: npm start; or name its control API with --control, another API with --url',
      cause,
    });
  }
}

/** A file that an option names. */
export function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError('CLI_INPUT_UNREADABLE', `${path} cannot be read: ${reason}`, {
      hint: 'name a file that exists; paths are resolved from the current directory',
      cause,
    });
  }
}
