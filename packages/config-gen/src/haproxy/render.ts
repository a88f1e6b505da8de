import { type ProxyInstance, type Topology, upstreamsOf } from '@isochrone/topology';
import { banner } from '../banner.ts';
import type { EdgeSettings } from '../edge-settings.ts';
import { drainBackend } from './health.ts';
import { edgeFrontend } from './listeners.ts';
import { adminFrontend, plainFrontend } from './other-listeners.ts';
import { defaultsSection, globalSection, resolversSection } from './process.ts';
import { renderSection, type Section } from './section.ts';
import { apiBackend, hopFrontend, originsBackend } from './upstreams.ts';

/**
 * The text of one instance's `haproxy.cfg`, for haproxy 2.6 or newer on Linux (it uses abstract sockets).
 *
 * @throws ConfigGenError where a setting cannot be written down.
 */
export function renderHaproxy(
  topology: Topology,
  instance: ProxyInstance,
  settings: EdgeSettings,
  source?: string,
): string {
  const upstreams = upstreamsOf(topology, instance.region);
  const alone = upstreams.length === 1;
  const sections: readonly Section[] = [
    globalSection(settings),
    resolversSection(settings),
    defaultsSection(instance),
    edgeFrontend(topology, instance, settings),
    ...plainFrontend(topology, instance, settings),
    originsBackend(instance, settings, upstreams),
    ...upstreams.flatMap((upstream) => [
      hopFrontend(instance, settings, upstream),
      apiBackend(instance, settings, upstream, alone),
    ]),
    drainBackend,
    adminFrontend(settings),
  ];
  const head = [
    ...(source === undefined ? [] : [`# ${banner(source)}`]),
    `# ${instance.hostname}: an edge proxy of ${instance.region}`,
  ].join('\n');
  return `${[head, ...sections.map(renderSection)].join('\n\n')}\n`;
}
