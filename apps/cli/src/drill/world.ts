import { z } from 'zod';
import { CliError } from '../errors.ts';

const worldSchema = z.object({
  publicUrl: z.string(),
  scriptUrl: z.string(),
  ca: z.string(),
  account: z.string(),
  timeScale: z.number(),
  lambda: z.object({ endpoint: z.string() }),
  dns: z.object({ address: z.string(), port: z.number() }),
  frontDoor: z.object({ port: z.number() }),
  regions: z.array(
    z.object({
      name: z.string(),
      api: z.object({ host: z.string(), port: z.number() }),
      proxies: z.array(
        z.object({
          name: z.string(),
          host: z.string(),
          address: z.string(),
          port: z.number(),
          engine: z.string(),
          pid: z.number().nullable(),
        }),
      ),
    }),
  ),
});

const checksSchema = z.object({
  healthChecks: z.array(
    z.object({
      id: z.string(),
      healthy: z.boolean(),
      history: z.array(z.object({ healthy: z.boolean(), at: z.string() })),
    }),
  ),
});

export type DrilledWorld = z.output<typeof worldSchema>;
export type Check = z.output<typeof checksSchema>['healthChecks'][number];

/** The control API of a running local world. */
export interface Control {
  world(): Promise<DrilledWorld>;
  checks(): Promise<readonly Check[]>;
  /** Resolves when the fault has taken effect. */
  make(fault: Readonly<Record<string, unknown>>): Promise<void>;
  undoAll(): Promise<void>;
}

/** @param url of the control API; every method throws CliError CLI_WORLD_UNREACHABLE, CLI_DRILL_IMPOSSIBLE */
export function openControl(url: string): Control {
  const ask = async (path: string, method = 'GET', body?: unknown): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new CliError('CLI_WORLD_UNREACHABLE', `no local world answers at ${url}`, {
        hint: 'start one with: npm start -- --time-scale 10; or name its control API with --control',
        cause,
      });
    }
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    throw new CliError('CLI_DRILL_IMPOSSIBLE', `${method} ${path} answered ${response.status}: ${text}`, {
      hint: 'the scenario asks for what this world does not have',
    });
  };
  return {
    world: async () => worldSchema.parse(await ask('/world')),
    checks: async () => checksSchema.parse(await ask('/health-checks')).healthChecks,
    make: async (fault) => {
      await ask('/faults', 'POST', fault);
    },
    undoAll: async () => {
      await ask('/faults', 'DELETE');
    },
  };
}
