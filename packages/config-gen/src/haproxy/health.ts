import type { ProxyInstance } from '@isochrone/topology';
import { refuse } from './answers.ts';
import { quoted } from './quoting.ts';
import type { Section } from './section.ts';

/** What `/healthz` answers: the edge's own health, whatever is behind it. */
export function healthRules(instance: ProxyInstance): readonly string[] {
  const answer = (code: number, status: string, condition: string): string => {
    const body = { status, instance: instance.hostname, region: instance.region, engine: 'haproxy' };
    return `http-request return status ${code} content-type application/json string ${quoted(JSON.stringify(body))} hdr cache-control no-store if { path /healthz }${condition}`;
  };
  return [
    refuse('method-not-allowed', 'if { path /healthz } !METH_GET', { allow: 'GET, HEAD' }),
    '# To nbsrv no server of a worker that stops is usable; one that a reload replaces is as well as its successor.',
    answer(503, 'draining', ' !{ srv_is_up(drain/flag) }'),
    answer(503, 'no-healthy-upstream', ' { nbsrv(origins) eq 0 } !{ stopping }'),
    '# Route 53 asks more often than most visitors: what is well is not worth a line.',
    'http-request set-log-level silent if { path /healthz }',
    answer(200, 'ok', ''),
  ];
}

/** A server that is never asked: its state is the flag that `/healthz` reads. */
export const drainBackend: Section = {
  title: 'backend drain',
  lines: [
    '# A flag, not a destination: "set server drain/flag state maint" turns /healthz to 503.',
    'server flag 127.0.0.1:1',
  ],
};
