import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Endpoint } from '@isochrone/config-gen';

/** A request on its way, in the terms that both versions of HTTP share. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the body, anew for each connection that turns out to be closed before anything was sent. */
  readonly body: () => Buffer | Readable | undefined;
  /** Length of the right response's body. */
  readonly expectedBytes: number;
  readonly signal: AbortSignal;
  /** Told of the visitor's end of a connection as soon as there is one. */
  readonly onConnect: (from: Endpoint) => void;
  /** Told of the connection before anything is sent on it. */
  readonly onConnection: (from: Endpoint, certificate: string | undefined) => void;
}

/** A response whose body is still to be read. */
export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** One way of making requests. */
export interface Transport {
  /** Resolves when the response's head is there. */
  send(request: Outgoing): Promise<Incoming>;
  close(): Promise<void>;
}
