import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Endpoint } from '@isochrone/config-gen';

/** What visitors know beforehand. */
export interface Visiting {
  /** Host and SNI. */
  readonly host: string;
  readonly trust: SecureContext;
  /** Where the name leads now. */
  readonly resolve: () => Endpoint;
}

export const trusting = (authority: string): SecureContext => createSecureContext({ ca: authority });

/** Opens a connection; its errors after that are for whoever uses it. `onConnect` is told of it before the handshake. */
export async function openConnection(
  { host, trust, resolve }: Visiting,
  protocol: 'h2' | 'http/1.1',
  { signal, onConnect }: { readonly signal: AbortSignal; readonly onConnect: (from: Endpoint) => void },
): Promise<TLSSocket> {
  const { address, port } = resolve();
  const socket = connect({
    host: address,
    port,
    servername: host,
    secureContext: trust,
    ALPNProtocols: [protocol],
  });
  socket.setNoDelay();
  socket.once('connect', () => onConnect(localEnd(socket)));
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error;
  }
}

/** The visitor's end of a connection. */
export const localEnd = ({ localAddress = '', localPort = 0 }: TLSSocket): Endpoint => ({
  address: localAddress,
  port: localPort,
});

/** Of the first certificate in a PEM text. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

export const certificateOf = (socket: TLSSocket): string | undefined =>
  socket.getPeerX509Certificate()?.fingerprint256;
