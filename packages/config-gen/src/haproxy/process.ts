import type { ProxyInstance } from '@isochrone/topology';
import { edgeTimeouts } from '../edge-limits.ts';
import { DEFAULT_MAX_CONNECTIONS, type EdgeSettings, serverStateFile } from '../edge-settings.ts';
import { instanceName } from '../instance-files.ts';
import { ownErrors } from './answers.ts';
import { accessLog, connectionErrorLog, MAX_LINE_BYTES } from './logging.ts';
import { endpoint, quotedPath, quotedSocketPath } from './quoting.ts';
import type { Section } from './section.ts';

/** Forward secrecy and authenticated encryption only; AES-128 first, as it is the cheapest on the server. */
const TLS_1_2_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const TLS_1_3_CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

export function globalSection(settings: EdgeSettings): Section {
  const clients = settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  return {
    title: 'global',
    lines: [
      `log stdout len ${MAX_LINE_BYTES} format raw local0 info`,
      '# Twice the clients: the hop to the upstreams takes connections of its own, and must never wait for a client to leave.',
      `maxconn ${2 * clients}`,
      'hard-stop-after 30s',
      `stats socket ${quotedSocketPath(settings.adminSocket)} mode 600 level admin expose-fd listeners`,
      '# Written before a reload, from "show servers state": without it a new worker would know no address at first, and say 503.',
      `server-state-file ${quotedPath(serverStateFile(settings))}`,
      `ssl-default-bind-ciphers ${TLS_1_2_CIPHERS}`,
      `ssl-default-bind-ciphersuites ${TLS_1_3_CIPHERS}`,
      'ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets',
      'ssl-default-server-options ssl-min-ver TLSv1.2',
      'ssl-server-verify required',
      '# No WebSockets over HTTP/2 either.',
      'h2-workaround-bogus-websocket-clients',
      'tune.h2.max-concurrent-streams 100',
      'tune.bufsize 16384',
    ],
  };
}

export function resolversSection({ resolver }: EdgeSettings): Section {
  return {
    title: 'resolvers dns',
    lines: [
      resolver === 'system' ? 'parse-resolv-conf' : `nameserver dns ${endpoint(resolver)}`,
      'accepted_payload_size 1232',
      'resolve_retries 3',
      'timeout resolve 1s',
      'timeout retry 1s',
      'hold valid 10s',
      'hold nx 30s',
      '# An address that is answered no more is left soon, but not at once: API Gateway answers with some of many.',
      'hold obsolete 5s',
      '# A resolver that is silent or says no does not take healthy upstreams down.',
      'hold timeout 1h',
      'hold refused 1h',
      'hold other 1h',
    ],
  };
}

export const defaultsSection = (instance: ProxyInstance): Section => ({
  title: 'defaults',
  lines: [
    'mode http',
    'log global',
    `log-format ${accessLog(instanceName(instance))}`,
    `error-log-format ${connectionErrorLog(instanceName(instance))}`,
    'option dontlognull',
    'option http-ignore-probes',
    '# A client that has left frees the upstream.',
    'option abortonclose',
    'unique-id-format %[uuid()]',
    'load-server-state-from-file global',
    'retries 0',
    `timeout connect ${edgeTimeouts.connect}s`,
    `timeout client ${edgeTimeouts.client}s`,
    `timeout http-request ${edgeTimeouts.request}s`,
    `timeout http-keep-alive ${edgeTimeouts.keepAlive}s`,
    `timeout server ${edgeTimeouts.headers}s`,
    `timeout queue ${edgeTimeouts.connect}s`,
    `timeout check ${edgeTimeouts.headers}s`,
    ...ownErrors,
  ],
});
