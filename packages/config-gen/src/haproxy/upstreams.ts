import { apiHostname, type ProxyInstance, type Topology, type Upstream } from '@isochrone/topology';
import { edgeTimeouts } from '../edge-limits.ts';
import type { EdgeSettings } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';
import { replaceResponse } from './answers.ts';
import { hopName } from './hop-name.ts';
import { upstreamFailureLog } from './logging.ts';
import { quotedPath } from './quoting.ts';
import { retriedRules } from './responses.ts';
import type { Section } from './section.ts';

const hop = ({ region }: Upstream): string => `hop_${region}`;
const api = ({ region }: Upstream): string => `api_${region}`;

/**
 * The choice of an upstream. A retry must not open a TLS connection: haproxy 2.6 sends no SNI on it, and keeps
 * it for later requests. So this half retries over sockets within the process, and the other half, which
 * speaks TLS, never retries.
 */
export function originsBackend(
  instance: ProxyInstance,
  settings: EdgeSettings,
  upstreams: readonly Upstream[],
): Section {
  return {
    title: 'backend origins',
    lines: [
      '# First and not backup: a request that failed then leaves at its first retry.',
      'balance first',
      '# A fresh hop for each request: after a failure on a reused connection haproxy hangs up on the client without a word.',
      'http-reuse never',
      'option http-server-close',
      ...(upstreams.length === 1
        ? [
            '# Nobody else to ask: only a connection that turned out to be closed is worth a second try.',
            'retries 1',
            'retry-on conn-failure empty-response 502',
          ]
        : [
            'retries 1',
            'option redispatch 1',
            'retry-on conn-failure empty-response response-timeout 502 503 504',
          ]),
      '# Longer than one attempt of the other half, which knows why it failed.',
      `timeout server ${edgeTimeouts.attempts}s`,
      `http-request set-timeout server ${edgeTimeouts.writeHeaders + edgeTimeouts.connect + 1}s unless METH_GET`,
      replaceResponse(
        'upstream-unreachable',
        'if { status 503 } { res.hdr(x-edge-reason) upstream-unreachable }',
      ),
      replaceResponse('upstream-timeout', 'if { status 503 } { res.hdr(x-edge-reason) upstream-timeout }'),
      ...(upstreams.length === 1 ? [] : retriedRules(upstreams)),
      ...upstreams.map(
        (upstream) =>
          `server ${upstream.region} abns@${hopName(instance, settings, upstream.region)} track ${api(upstream)}/api`,
      ),
    ],
  };
}

/**
 * Those who waited for haproxy to start must find an upstream with an address: the answer to this look-up is the
 * server's, too, which asks at the same moment. Where the resolver is silent, they get their 503 after that.
 */
export const untilResolved = (topology: Topology, { region }: ProxyInstance): readonly string[] => [
  '# A haproxy that has just started knows no address yet: who asks before it does waits for the first answer of DNS.',
  'http-request set-var(proc.resolved) bool(true) if !{ var(proc.resolved) -m found } { nbsrv(origins) gt 0 }',
  `http-request do-resolve(txn.address,dns,ipv4) str(${apiHostname(topology, region)}) if !{ var(proc.resolved) -m found } !{ stopping }`,
];

/**
 * Once haproxy leaves, nobody listens at the other end of a hop: what is yet to come on open connections goes to the
 * region's own API, without a second try. After a reload a successor listens there; the flag of a drain tells them apart.
 */
export const whileLeaving = ({ region }: ProxyInstance): string =>
  `use_backend api_${region} if { stopping } !{ srv_is_up(drain/flag) } { srv_is_up(api_${region}/api) }`;

/** The other end of the hop to one upstream. */
export function hopFrontend(instance: ProxyInstance, settings: EdgeSettings, upstream: Upstream): Section {
  const isDown = `!{ srv_is_up(${api(upstream)}/api) }`;
  const failed = `{ status 503 } !{ var(txn.answered) -m found } { var(txn.usable) -m found }`;
  return {
    title: `frontend ${hop(upstream)}`,
    lines: [
      `bind abns@${hopName(instance, settings, upstream.region)}`,
      'option dontlog-normal',
      `log-format ${upstreamFailureLog(instanceName(instance), upstream.region)}`,
      'unique-id-format %[req.hdr(x-request-id)]',
      `timeout client ${2 * edgeTimeouts.client}s`,
      'http-request set-var(txn.began) date(0,ms)',
      'http-request set-var(txn.usable) bool(true) if { nbsrv(origins) gt 0 }',
      '# haproxy says 503 of a connection that it could not make; the first half puts 502 or 504 in its place.',
      `http-after-response set-header x-edge-reason upstream-unreachable if ${failed}`,
      `http-after-response set-header x-edge-reason upstream-timeout if ${failed} { date(0,ms),sub(txn.began) -m int ge ${edgeTimeouts.connect * 1000} }`,
      '# A worker that a reload has left to finish sends requests here by what it knew: it checks no upstream any more.',
      `http-request disable-l7-retry if ${isDown}`,
      `use_backend origins if ${isDown} { nbsrv(origins) gt 0 }`,
      `default_backend ${api(upstream)}`,
    ],
  };
}

/** One upstream, over TLS: Host, SNI and the name in its certificate are all the same. */
export function apiBackend(
  instance: ProxyInstance,
  settings: EdgeSettings,
  upstream: Upstream,
  alone: boolean,
): Section {
  const { hostname, region, checkInterval } = upstream;
  const fast = upstream.role === 'own' ? 1 : 5;
  const server = [
    `server api ${hostname}:${settings.originPort(region)}`,
    'resolvers dns resolve-prefer ipv4 init-addr last,none',
    `ssl verify required ca-file ${quotedPath(settings.originCa)}`,
    `sni str(${hostname}) verifyhost ${hostname} alpn http/1.1 no-ssl-reuse`,
    // haproxy never closes a connection used since the last purge: one stays warm for 25 s at least, and a lone
    // one leaves before 50 s, ahead of an origin that closes idle connections after the usual 60 s.
    'pool-purge-delay 25s',
    `check check-sni ${hostname} check-alpn http/1.1`,
    `inter ${checkInterval}s fastinter 1s downinter ${fast}s fall 2 rise 2`,
    // Where there is nobody else to ask, one refused connection must not become a closed shop.
    `observe layer4 error-limit 1 on-error ${alone ? 'fastinter' : 'mark-down'}`,
  ].join(' ');
  return {
    title: `backend ${api(upstream)}`,
    lines: [
      'http-reuse always',
      `http-request set-timeout server ${edgeTimeouts.writeHeaders}s unless METH_GET`,
      `http-request set-header host ${hostname}`,
      'http-response set-var(txn.answered) bool(true)',
      'http-response del-header connection',
      'http-response del-header keep-alive',
      'http-response del-header proxy-connection',
      'http-response del-header upgrade',
      '# The edge says these itself.',
      'http-response del-header x-edge -m beg',
      `http-response set-header x-edge-upstream ${region}`,
      `http-response add-header via "%[res.ver] ${instanceName(instance)}"`,
      'option httpchk',
      `http-check send meth GET uri /healthz ver HTTP/1.1 hdr host ${hostname} hdr user-agent isochrone-edge`,
      'http-check expect status 200',
      server,
    ],
  };
}
