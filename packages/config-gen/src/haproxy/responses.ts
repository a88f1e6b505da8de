import {
  apiHostname,
  type ProxyInstance,
  publicHostname,
  type Topology,
  type Upstream,
} from '@isochrone/topology';
import type { EdgeSettings } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';
import { quoted } from './quoting.ts';

/** Remembers who is asked first, and tells of it where somebody else answers: that one has failed. */
export const retriedRules = (upstreams: readonly Upstream[]): readonly string[] => [
  ...upstreams.map(
    ({ region }, index) =>
      `http-request set-var(txn.first) str(${region}) if ${index === 0 ? '' : '!{ var(txn.first) -m found } '}{ srv_is_up(api_${region}/api) }`,
  ),
  'http-response set-var(txn.retried) var(txn.first) if { res.hdr(x-edge-upstream) -m found } !{ res.hdr(x-edge-upstream),strcmp(txn.first) eq 0 }',
  'http-response set-header x-edge-retried %[var(txn.retried)] if { var(txn.retried) -m found }',
];

/** What visitors are told of the way that a response took, and what they must not be told. */
export function responseRules(
  topology: Topology,
  instance: ProxyInstance,
  { publicPort }: EdgeSettings,
): readonly string[] {
  const name = publicHostname(topology);
  const origin = `https://${name}${publicPort === 443 ? '' : `:${publicPort}`}`;
  // Of any region, so that this does not change with the upstreams.
  const host = apiHostname(topology, instance.region)
    .replaceAll('.', '\\.')
    .replace(instance.region, '[a-z]{2}(?:-[a-z]+)+-[0-9]+');
  const { logSample } = topology.edge;
  return [
    'http-response set-var(txn.upstream) res.hdr(x-edge-upstream)',
    `http-response add-header server-timing 'edge;desc="${instanceName(instance)}";dur=%[date(0,ms),sub(txn.began)]' if { var(txn.upstream) -m found }`,
    '# The names of the APIs are not for visitors.',
    `http-response replace-header location ${quoted(`(?i)^https?://${host}(?::[0-9]*)?([/?#].*)?$`)} ${quoted(`${origin}\\1`)}`,
    `http-response replace-header set-cookie ${quoted(`(?i)^(.*;\\s*domain=)\\.?${host}(\\s*(?:;.*)?)$`)} ${quoted(`\\1${name}\\2`)}`,
    ...(logSample < 1
      ? [
          '# What went well is logged by sample.',
          `http-response set-log-level silent if { rand(1000000) ge ${Math.round(logSample * 1_000_000)} } { status lt 400 } !{ var(txn.retried) -m found }`,
        ]
      : []),
  ];
}
