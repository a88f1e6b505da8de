import type { Engine, ProxyInstance } from '@isochrone/topology';

/** The first label of an instance's hostname: its name in headers, logs and folders. */
export const instanceName = ({ hostname }: Pick<ProxyInstance, 'hostname'>): string =>
  hostname.split('.', 1)[0] ?? hostname;

/** Where an engine's configuration of an instance is generated, relative to the output folder. */
export const configFile = (instance: ProxyInstance, engine: Engine): string =>
  `proxies/${instanceName(instance)}/${engine === 'haproxy' ? 'haproxy.cfg' : 'edge-proxy.json'}`;
