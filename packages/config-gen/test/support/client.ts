import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { type Agent, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { connect as tlsConnect } from 'node:tls';
import type { Endpoint } from '../../src/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly to: Endpoint;
  /** PEM of the authority to trust; absent: plain HTTP. */
  readonly ca?: string;
  readonly host: string;
  readonly sni?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Absent: a connection of its own. */
  readonly agent?: Agent;
}

/** One request. */
export async function ask({
  to,
  ca,
  host,
  sni = host,
  method = 'GET',
  path = '/',
  headers = {},
  body,
  agent,
}: Ask): Promise<Answer> {
  const options = {
    host: to.address,
    port: to.port,
    method,
    path,
    headers: { host, ...headers },
  };
  const request =
    ca === undefined
      ? httpRequest({ ...options, agent: false })
      : httpsRequest({ ...options, agent: agent ?? false, ca, servername: sni.replace(/:\d+$/, '') });
  request.end(body);
  const [response] = await once(request, 'response');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: (await buffer(response)).toString(),
  };
}

/** What comes back for these bytes over TLS, until the other side closes. */
export async function askRaw({
  to,
  ca,
  sni,
  bytes,
}: {
  to: Endpoint;
  ca: string;
  sni: string;
  bytes: string;
}): Promise<string> {
  const socket = tlsConnect({
    host: to.address,
    port: to.port,
    ca,
    servername: sni,
    ALPNProtocols: ['http/1.1'],
  });
  await once(socket, 'secureConnect');
  socket.write(bytes);
  return (await buffer(socket)).toString('latin1');
}

/** One HTTP/2 request on a connection of its own. */
export async function askHttp2({
  to,
  ca,
  host,
  path = '/',
}: {
  to: Endpoint;
  ca: string;
  host: string;
  path?: string;
}): Promise<Answer> {
  const session = http2Connect(`https://${host}`, {
    createConnection: () =>
      tlsConnect({ host: to.address, port: to.port, ca, servername: host, ALPNProtocols: ['h2'] }),
  });
  try {
    const stream = session.request({ ':path': path });
    stream.end();
    const [headers] = await once(stream, 'response');
    return { status: headers[':status'], headers, body: (await buffer(stream)).toString() };
  } finally {
    session.close();
  }
}
