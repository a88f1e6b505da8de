import type { EdgeProxyConfig } from '@isochrone/config-gen';

/** A configuration, with what is looked up in it for every request. */
export interface Rules {
  readonly config: EdgeProxyConfig;
  /** First label of the instance's name: what it calls itself in headers and logs. */
  readonly instanceLabel: string;
  readonly acceptedHosts: ReadonlySet<string>;
  /** The regional names, which must not reach a visitor. */
  readonly upstreamHosts: ReadonlySet<string>;
  /** The public name, with its port where that is not 443. */
  readonly publicAuthority: string;
}

/** The rules in force; a reload replaces them between two requests. */
export interface LiveRules {
  current: Rules;
}

export function rulesOf(config: EdgeProxyConfig): Rules {
  const { instance, acceptedHosts, upstreams, publicHostname, publicPort } = config;
  return {
    config,
    instanceLabel: instance.split('.', 1)[0] ?? instance,
    acceptedHosts: new Set(acceptedHosts),
    upstreamHosts: new Set(upstreams.map(({ hostname }) => hostname)),
    publicAuthority: publicPort === 443 ? publicHostname : `${publicHostname}:${publicPort}`,
  };
}
