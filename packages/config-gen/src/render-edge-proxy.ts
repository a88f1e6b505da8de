import {
  type ProxyInstance,
  proxyGroupHostname,
  publicHostname,
  type Topology,
  upstreamsOf,
} from '@isochrone/topology';
import { edgeLimits, edgeTimeouts, RETRY_BUDGET } from './edge-limits.ts';
import type { EdgeProxyConfig } from './edge-proxy-config.ts';
import { DEFAULT_MAX_CONNECTIONS, type EdgeSettings } from './edge-settings.ts';
import { jsonText } from './json-text.ts';

/** Every name that leads to an instance: its own, its group's and the public one, lower case. */
export function acceptedHosts(topology: Topology, instance: ProxyInstance): readonly string[] {
  return [publicHostname(topology), proxyGroupHostname(topology, instance.region), instance.hostname];
}

/** The text of one instance's `edge-proxy.json`; `source` is the topology file, for the banner. */
export function renderEdgeProxy(
  topology: Topology,
  instance: ProxyInstance,
  settings: EdgeSettings,
  source?: string,
): string {
  const config: EdgeProxyConfig = {
    instance: instance.hostname,
    region: instance.region,
    publicHostname: publicHostname(topology),
    acceptedHosts: acceptedHosts(topology, instance),
    bind: settings.bind,
    plainBind: settings.plainBind,
    plainHttp: settings.plainHttp,
    adminBind: settings.adminBind,
    workers: settings.workers,
    publicPort: settings.publicPort,
    certificate: settings.certificate,
    originCa: settings.originCa,
    resolver: settings.resolver,
    upstreams: upstreamsOf(topology, instance.region).map(({ region, hostname, role, checkInterval }) => ({
      region,
      hostname,
      port: settings.originPort(region),
      role,
      checkInterval,
    })),
    timeouts: edgeTimeouts,
    retryBudget: RETRY_BUDGET,
    logSample: topology.edge.logSample,
    limits: {
      ...edgeLimits,
      connections: settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      clientRate: topology.edge.clientRate,
    },
    drain: topology.edge.drain,
    maxConnectionAge: topology.edge.maxConnectionAge,
    healthPath: '/healthz',
  };
  return jsonText(source, config);
}
