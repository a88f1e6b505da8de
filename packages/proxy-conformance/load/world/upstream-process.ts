/**
 * An API as a process of its own, so that it can be killed and frozen: `upstream-process.ts LABEL ADDRESS PORT PEM`.
 * Says on which port it listens, and does as it is told, over the message channel to its parent.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyFor, receiptOf } from './bodies.ts';
import { type Behaviour, healthy, upstreamOrderSchema } from './upstream-messages.ts';

const [label = '', address, port, pemFile = ''] = process.argv.slice(2);
let behaviour: Behaviour = healthy;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, delayMs, hangUp, leaving } = behaviour;
  if (delayMs > 0) await sleep(delayMs);
  response.setHeader('x-upstream', label);
  if (leaving) response.setHeader('connection', 'close');
  const url = new URL(request.url ?? '/', 'https://upstream');
  const isCheck = url.pathname === '/healthz';
  if (status !== null) {
    request.resume();
    response.writeHead(status).end('not now\n');
  } else if (isCheck) {
    response.end('ok\n');
  } else if (hangUp === 'before-head') {
    request.socket.destroy();
  } else {
    await respond(request, response, url, hangUp === 'in-body');
  }
}

/** `GET /body/ID?bytes=N` brings the body of that id; anything with a body tells what was received. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  breaksOff: boolean,
): Promise<void> {
  const id = url.pathname.split('/').at(-1) ?? '';
  const body =
    request.method === 'GET' || request.method === 'HEAD'
      ? bodyFor(id, Number(url.searchParams.get('bytes') ?? 1_000))
      : receiptOf(id, await buffer(request));
  response.setHeader('cache-control', 'no-store');
  if (!url.searchParams.has('chunked')) response.setHeader('content-length', body.length);
  if (!breaksOff) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
}

const pem = readFileSync(pemFile);
const server = createServer({ cert: pem, key: pem, keepAliveTimeout: 60_000 }, (request, response) => {
  // Whoever hangs up meanwhile is no concern of an API.
  answer(request, response).catch(() => request.socket.destroy());
});
server.listen(Number(port), address);
await once(server, 'listening');
process.on('message', (message) => {
  const order = upstreamOrderSchema.parse(message);
  if (order.kind === 'close-idle') server.closeIdleConnections();
  else behaviour = order;
});
const bound = server.address();
process.send?.({ port: typeof bound === 'object' ? bound?.port : undefined });
process.on('SIGTERM', () => process.exit(0));
