import { once } from 'node:events';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Endpoint } from '@isochrone/config-gen';
import { PUBLIC_HOST } from '../world/topology.ts';

/** Where to ask, and whom to trust. */
export interface Asked {
  readonly at: Endpoint;
  readonly certificates: { readonly authority: string };
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Absent: a connection of its own. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * An ordinary HTTP/1.1 request of an ordinary client, for what is not about bytes. Rejects where no whole answer comes.
 */
export async function ask({ at, certificates }: Asked, options: Ask): Promise<Answer> {
  const { method = 'GET', path = '/', headers, body, agent } = options;
  const request = httpsRequest({
    host: at.address,
    port: at.port,
    servername: PUBLIC_HOST,
    ca: certificates.authority,
    method,
    path,
    headers: {
      host: PUBLIC_HOST,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
    agent: agent ?? new Agent({ keepAlive: false }),
  });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}
