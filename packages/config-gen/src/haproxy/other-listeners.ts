import type { ProxyInstance, Topology } from '@isochrone/topology';
import type { EdgeSettings } from '../edge-settings.ts';
import { refuse } from './answers.ts';
import { hostRule, signature } from './listeners.ts';
import { rememberForLog } from './logging.ts';
import { endpoint } from './quoting.ts';
import type { Section } from './section.ts';

/** The listener for plain HTTP, which never reaches an upstream. */
export function plainFrontend(
  topology: Topology,
  instance: ProxyInstance,
  settings: EdgeSettings,
): readonly Section[] {
  if (settings.plainBind === null) return [];
  const port = settings.publicPort === 443 ? '' : `:${settings.publicPort}`;
  const rules =
    settings.plainHttp === 'refuse'
      ? [refuse('plain-http', '')]
      : [
          hostRule(topology, instance),
          `http-request redirect code 308 location https://%[var(txn.host)]${port}%[pathq]`,
        ];
  return [
    {
      title: 'frontend plain',
      lines: [
        `bind ${endpoint(settings.plainBind)}`,
        'maxconn 500',
        ...rememberForLog,
        ...rules,
        ...signature(instance),
      ],
    },
  ];
}

/** Metrics, for whoever is on the machine. */
export const adminFrontend = ({ adminBind }: EdgeSettings): Section => ({
  title: 'frontend admin',
  lines: [
    `bind ${endpoint(adminBind)}`,
    'maxconn 20',
    'http-request set-log-level silent',
    'http-request use-service prometheus-exporter if { path /metrics } METH_GET',
    "http-request return status 404 content-type text/plain string 'metrics are at /metrics'",
  ],
});
