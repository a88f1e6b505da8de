import type { EngineName } from '@isochrone/engines';
import type { Skip } from './suite.ts';

/** What an engine cannot do, whatever its configuration: `docs/conformance.md` prints it. At most ten for each. */
export const engineLimits: Readonly<Record<EngineName, readonly Skip[]>> = {
  haproxy: [
    {
      case: 'routing: HTTP/1.0 becomes HTTP/1.1',
      reason: 'haproxy passes the version of a request on, and no rule changes it',
    },
    {
      case: 'headers: fields that Connection names go no further, in either direction',
      reason: 'haproxy reads Connection before any rule runs, and no rule sees what it named',
    },
    {
      case: 'bodies: an upstream that breaks off within chunks is an abort for a client of HTTP/2',
      reason:
        'haproxy 2.6 ends the stream of HTTP/2 as if the response were whole; where it has a Content-Length, clients notice',
    },
    {
      case: 'limits: an idle connection of HTTP/1.1 is there after 20 s',
      reason:
        'in haproxy 2.6 an idle connection of HTTP/1.1 also ends with timeout client, 15 s, which has to stay short for clients that stop within a request',
    },
    {
      case: 'limits: a body over 1 MiB without a length is refused over HTTP/2',
      reason:
        'haproxy 2.6 knows of a body no more than what it was told or has in its buffer, and cannot count what passes',
    },
    {
      case: 'life: a draining proxy sends GOAWAY to connections of HTTP/2, and loses none of their streams',
      reason: 'haproxy 2.6 sends GOAWAY only when it stops, or when the connection is idle',
    },
    {
      case: 'life: a busy connection of HTTP/2 past its age gets GOAWAY, and loses none of its streams',
      reason: 'haproxy 2.6 sends GOAWAY only when it stops, or when the connection is idle',
    },
    ...(['SIGTERM', 'SIGINT'] as const).map((signal) => ({
      case: `life: ${signal} ends the proxy once what is in flight is finished`,
      reason: `${signal} ends haproxy at once; SIGUSR1, which its unit and stop() use, finishes what is in flight`,
    })),
  ],
  fastify: [
    {
      case: 'routing: OPTIONS * keeps its asterisk',
      reason: 'undici sends no target but a path; the edge answers 400',
    },
  ],
};
