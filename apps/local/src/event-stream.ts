import type { FastifyInstance } from 'fastify';
import type { Events } from './events.ts';

/** Keeps proxies and clients from taking silence for a broken connection. */
const HEARTBEAT_MS = 15_000;

/** `GET /events`: server-sent events, from now on or after `Last-Event-ID`. */
export const eventRoutes =
  (events: Events) =>
  (app: FastifyInstance): void => {
    app.get('/events', (request, reply) => {
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      raw.write(': isochrone\n\n');
      const asked = request.headers['last-event-id'];
      const after = typeof asked === 'string' && /^\d+$/.test(asked) ? Number(asked) : undefined;
      const stop = events.listen((event) => {
        raw.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      }, after);
      const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
      raw.once('close', () => {
        clearInterval(heartbeat);
        stop();
      });
    });
  };
