import { setTimeout as sleep } from 'node:timers/promises';
import { instanceName } from '@isochrone/config-gen';
import type { ProxyInstance } from '@isochrone/topology';
import type { Endpoint } from './address-plan.ts';
import { LocalError } from './errors.ts';
import type { Visitor } from './visitor.ts';

const RETRY_MS = 200;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Waits until every proxy says that it is well, or the world closes. Health checks would not do: a new one says of
 * anybody that it is well.
 *
 * @throws LocalError LOCAL_NOT_READY
 */
export async function requireHealthy(
  targets: readonly { readonly instance: ProxyInstance; readonly endpoint: Endpoint }[],
  visitor: Visitor,
  {
    timeoutMs,
    logs,
    signal,
  }: { readonly timeoutMs: number; readonly logs: string; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const answers = await Promise.all(
    targets.map(async ({ instance, endpoint }) => {
      while (!(await isUp(visitor, instance.hostname, endpoint))) {
        if (signal.aborted) return undefined;
        if (performance.now() > deadline) return instanceName(instance);
        await sleep(RETRY_MS);
      }
      return undefined;
    }),
  );
  const sick = answers.filter((label) => label !== undefined);
  if (sick.length === 0) return;
  throw new LocalError('LOCAL_NOT_READY', `not healthy after ${timeoutMs / 1000} s: ${sick.join(', ')}`, {
    hint: `look into ${logs}`,
  });
}

async function isUp(visitor: Visitor, hostname: string, endpoint: Endpoint): Promise<boolean> {
  try {
    const { status } = await visitor.get(`https://${hostname}/healthz`, endpoint, {
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return status === 200;
  } catch {
    return false;
  }
}
