import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { findHaproxy } from '@isochrone/engines';

/** What figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly haproxy: string;
}

/** @throws EnginesError ENGINES_HAPROXY_MISSING */
export function thisMachine(): Machine {
  const [first] = cpus();
  const version = execFileSync(findHaproxy(), ['-v'], { encoding: 'utf8' });
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    haproxy: /version (\d+\.\d+\.\d+)/.exec(version)?.[1] ?? 'unknown',
  };
}

export const machineText = ({ cpu, cores, node, haproxy }: Machine): string =>
  `${cores} cores of ${cpu}, which visitors, proxies and APIs share; Node ${node}, haproxy ${haproxy}`;
