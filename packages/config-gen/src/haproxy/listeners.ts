import type { ProxyInstance, Topology } from '@isochrone/topology';
import { edgeLimits } from '../edge-limits.ts';
import { DEFAULT_MAX_CONNECTIONS, type EdgeSettings } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';
import { acceptedHosts } from '../render-edge-proxy.ts';
import { refuse } from './answers.ts';
import { rememberForLog } from './logging.ts';
import { endpoint, quoted, quotedPath } from './quoting.ts';
import type { Section } from './section.ts';

/** What a client must not choose: the edge says these itself, or API Gateway gives them a meaning. */
const CLIENT_MAY_NOT_SEND = [
  'forwarded',
  'x-forwarded- -m beg',
  'x-real-ip',
  'x-request-id',
  'x-amzn- -m beg',
  'x-edge -m beg',
];

/** RFC 9110, section 7.6.1; haproxy itself has read Connection by then, and frames bodies anew. */
const HOP_BY_HOP = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
];

const hostRule = (topology: Topology, instance: ProxyInstance): string =>
  refuse('foreign-host', `unless { var(txn.host) -m str ${acceptedHosts(topology, instance).join(' ')} }`);

/** Every answer says who gave it. */
const signature = (instance: ProxyInstance): readonly string[] => [
  'http-after-response set-header x-request-id %[unique-id]',
  `http-after-response set-header x-edge ${instanceName(instance)}`,
  'http-after-response set-header x-edge-engine haproxy',
];

function healthRules(instance: ProxyInstance): readonly string[] {
  const answer = (code: number, status: string, condition: string): string => {
    const body = { status, instance: instance.hostname, region: instance.region, engine: 'haproxy' };
    return `http-request return status ${code} content-type application/json string ${quoted(JSON.stringify(body))} hdr cache-control no-store if { path /healthz }${condition}`;
  };
  return [
    answer(503, 'draining', ' { nbsrv(drain) eq 0 }'),
    answer(503, 'no-healthy-upstream', ' { nbsrv(origins) eq 0 }'),
    '# Route 53 asks more often than most visitors: what is well is not worth a line.',
    'http-request set-log-level silent if { path /healthz }',
    answer(200, 'ok', ''),
  ];
}

/** Where visitors arrive: TLS ends here, and what they may not choose is taken out of their requests. */
export function edgeFrontend(topology: Topology, instance: ProxyInstance, settings: EdgeSettings): Section {
  return {
    title: 'frontend edge',
    lines: [
      '# No strict-sni: there is one certificate, and a visitor with a foreign or missing SNI learns from the 421 what is wrong.',
      `bind ${endpoint(settings.bind)} ssl crt ${quotedPath(settings.certificate)} alpn h2,http/1.1`,
      `maxconn ${settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS}`,
      '# A connection that was idle during a reload learns with its next response that it is the last one.',
      'option idle-close-on-response',
      'tcp-request connection set-var(sess.born) date()',
      ...rememberForLog,
      hostRule(topology, instance),
      ...healthRules(instance),
      'http-request set-var(txn.target_bytes) pathq,length',
      refuse('target-too-long', `if { var(txn.target_bytes) -m int gt ${edgeLimits.targetBytes} }`),
      refuse(
        'head-too-large',
        `if { req.hdrs,length,add(txn.target_bytes) -m int gt ${edgeLimits.headerBytes} }`,
      ),
      refuse('body-too-large', `if { req.body_size gt ${edgeLimits.bodyBytes} }`),
      refuse('method-not-allowed', 'if { method CONNECT TRACE }'),
      '# Only what is safe to send twice moves on to another upstream.',
      'http-request disable-l7-retry unless METH_GET',
      'http-request disable-l7-retry if { req.body_size gt 0 }',
      "# An absolute-form target would carry the client's idea of the host past the rewritten Host.",
      'http-request set-uri / if !{ pathq -m found } !{ method OPTIONS }',
      'http-request set-uri * if !{ pathq -m found } { method OPTIONS }',
      'http-request set-uri %[pathq] if { pathq -m found }',
      ...CLIENT_MAY_NOT_SEND.map((header) => `http-request del-header ${header}`),
      ...HOP_BY_HOP.map((header) => `http-request del-header ${header}`),
      'http-request set-header x-forwarded-for %[src]',
      'http-request set-header x-forwarded-proto https',
      'http-request set-header x-forwarded-host %[var(txn.host)]',
      'http-request set-header x-request-id %[unique-id]',
      ...signature(instance),
      '# Visitors look the name up again when their connection is old, or when this proxy is leaving. (Over HTTP/1.1: of an',
      '# HTTP/2 connection haproxy 2.6 takes leave when the connection is idle, or when haproxy stops.)',
      `http-after-response set-header connection close if { date(),sub(sess.born) -m int ge ${topology.edge.maxConnectionAge} }`,
      'http-after-response set-header connection close if { nbsrv(drain) eq 0 }',
      'default_backend origins',
    ],
  };
}

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
