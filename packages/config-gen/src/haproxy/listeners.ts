import type { ProxyInstance, Topology } from '@isochrone/topology';
import { CLIENT_RATE_WINDOW, edgeLimits, edgeTimeouts } from '../edge-limits.ts';
import { DEFAULT_MAX_CONNECTIONS, type EdgeSettings } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';
import { acceptedHosts } from '../render-edge-proxy.ts';
import { refuse } from './answers.ts';
import { healthRules } from './health.ts';
import { rememberForLog } from './logging.ts';
import { endpoint, quotedPath } from './quoting.ts';
import { responseRules } from './responses.ts';
import type { Section } from './section.ts';
import { untilResolved, whileLeaving } from './upstreams.ts';

/** What a client must not choose: the edge says these itself, or API Gateway gives them a meaning. */
const CLIENT_MAY_NOT_SEND = [
  'forwarded',
  'x-forwarded- -m beg',
  'x-real-ip',
  'x-request-id',
  'x-amzn- -m beg',
  'x-edge -m beg',
];

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** RFC 9110, section 7.6.1; haproxy itself has read Connection by then, and frames bodies anew. */
const HOP_BY_HOP = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
];

/** Host is one of the instance's own names; its port does not count. */
export const hostRule = (topology: Topology, instance: ProxyInstance): string =>
  refuse('foreign-host', `unless { var(txn.host) -m str ${acceptedHosts(topology, instance).join(' ')} }`);

/** Every answer says who gave it, and the log says why the edge gave one of its own. */
export const signature = (instance: ProxyInstance): readonly string[] => [
  'http-after-response set-header x-request-id %[unique-id]',
  `http-after-response set-header x-edge ${instanceName(instance)}`,
  'http-after-response set-header x-edge-engine haproxy',
  'http-after-response set-var(txn.reason) res.hdr(x-edge-reason)',
];

/** What 2.6 lets through, and no upstream should have to make sense of. */
const malformed: readonly string[] = [
  refuse('bad-request', "if { req.hdrs -m reg '\\x00' }"),
  refuse('bad-request', 'if { req.ver 1.0 } { req.hdr(transfer-encoding) -m found }'),
];

/** Averaged over a window, and counted over all connections of one address. A table that is full forgets the oldest. */
function rateRules({ edge }: Topology): readonly string[] {
  const limit = edge.clientRate * CLIENT_RATE_WINDOW;
  return [
    `stick-table type ipv6 size 100k expire ${2 * CLIENT_RATE_WINDOW}s store http_req_rate(${CLIENT_RATE_WINDOW}s)`,
    'http-request track-sc0 src',
    refuse('rate-limited', `if { sc_http_req_rate(0) gt ${limit} }`, {
      'retry-after': String(CLIENT_RATE_WINDOW),
    }),
  ];
}

const limitRules: readonly string[] = [
  'http-request set-var(txn.target_bytes) pathq,length',
  refuse('target-too-long', `if { var(txn.target_bytes) -m int gt ${edgeLimits.targetBytes} }`),
  refuse(
    'head-too-large',
    `if { req.hdrs,length,add(txn.target_bytes) -m int gt ${edgeLimits.headerBytes} }`,
  ),
  refuse('body-too-large', `if { req.body_size gt ${edgeLimits.bodyBytes} }`),
  refuse('method-not-allowed', `unless METH_GET or { method ${METHODS.join(' ')} }`, {
    allow: METHODS.join(', '),
  }),
];

/** What is forwarded instead of what the client sent. */
const forwardingRules = (instance: ProxyInstance): readonly string[] => [
  '# Only what is safe to send twice moves on to another upstream.',
  'http-request disable-l7-retry unless METH_GET { req.body_size eq 0 } !{ req.hdr(transfer-encoding) -m found }',
  '# haproxy itself asks for the body of a client that waits to be asked.',
  `http-request wait-for-body time ${edgeTimeouts.client}s at-least 1 if { req.hdr(expect) -m found }`,
  "# An absolute-form target would carry the client's idea of the host past the rewritten Host.",
  'http-request set-uri / if !{ pathq -m found } !{ method OPTIONS }',
  'http-request set-uri * if !{ pathq -m found } { method OPTIONS }',
  'http-request set-uri %[pathq] if { pathq -m found }',
  ...CLIENT_MAY_NOT_SEND.map((header) => `http-request del-header ${header}`),
  ...HOP_BY_HOP.map((header) => `http-request del-header ${header}`),
  `http-request add-header via "%[var(txn.version)] ${instanceName(instance)}"`,
  'http-request set-header x-forwarded-for %[src]',
  'http-request set-header x-forwarded-proto https',
  'http-request set-header x-forwarded-host %[var(txn.host)]',
  'http-request set-header x-request-id %[unique-id]',
];

/**
 * What stands for the TLS listener's address where whoever starts haproxy holds its socket: `fd@N`. A worker that dies
 * takes the master along; visitors wait for the next one then, instead of being refused.
 */
const EDGE_LISTENER_VARIABLE = 'ISOCHRONE_EDGE_LISTENER';

/** Where visitors arrive: TLS ends here, and what they may not choose is taken out of their requests. */
export function edgeFrontend(topology: Topology, instance: ProxyInstance, settings: EdgeSettings): Section {
  return {
    title: 'frontend edge',
    lines: [
      '# No strict-sni: there is one certificate, and a visitor with a foreign or missing SNI learns from the 421 what is wrong.',
      '# Whoever starts haproxy may hold the socket, so that visitors wait for one that is started again.',
      `bind "\${${EDGE_LISTENER_VARIABLE}-${endpoint(settings.bind)}}" ssl crt ${quotedPath(settings.certificate)} alpn h2,http/1.1`,
      `maxconn ${settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS}`,
      '# A connection that was idle during a reload learns with its next response that it is the last one.',
      'option idle-close-on-response',
      'tcp-request connection set-var(sess.born) date()',
      'http-request set-var(txn.began) date(0,ms)',
      ...rememberForLog,
      ...malformed,
      hostRule(topology, instance),
      ...healthRules(instance),
      ...rateRules(topology),
      ...limitRules,
      ...forwardingRules(instance),
      ...untilResolved(topology, instance),
      ...signature(instance),
      '# Visitors look the name up again when their connection is old, or when this proxy is leaving. (Over HTTP/1.1: of an',
      '# HTTP/2 connection haproxy 2.6 takes leave when the connection is idle, or when haproxy stops.)',
      `http-after-response set-header connection close if { date(),sub(sess.born) -m int ge ${topology.edge.maxConnectionAge} }`,
      'http-after-response set-header connection close if { nbsrv(drain) eq 0 }',
      ...responseRules(topology, instance, settings),
      '# The hops end when haproxy leaves, before the connections do.',
      whileLeaving(instance),
      'default_backend origins',
    ],
  };
}
