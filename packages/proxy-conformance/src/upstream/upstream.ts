import { once } from 'node:events';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Endpoint } from '@isochrone/config-gen';
import type { PemPair } from '@isochrone/dev-ca';
import { serveConnection } from './connection.ts';
import type { UpstreamConnection, UpstreamRequest } from './requests.ts';
import { answer, type Script } from './script.ts';

/**
 * What a new connection meets: an answer to its handshake, nobody (ECONNREFUSED), a reset, or silence, as of a machine
 * that hangs.
 */
export type Reception = 'serve' | 'refuse' | 'reset' | 'freeze';

/** A region's API on loopback: it records every byte, and does what it is told to. */
export interface Upstream {
  readonly region: string;
  readonly hostname: string;
  readonly endpoint: Endpoint;
  /** In the order of their handshakes. */
  readonly connections: readonly UpstreamConnection[];
  /** Requests but health checks, in the order of their arrival. */
  readonly requests: readonly UpstreamRequest[];
  /** Health checks so far. */
  checks(): number;
  /** TLS connections that are open now. */
  openConnections(): number;
  /** From now on requests whose target contains `text` are answered by `script`; 200 and the region's name otherwise. */
  on(text: string, script: Script): void;
  /** How `/healthz` is answered from now on. */
  setHealth(script: Script): void;
  /** What new connections meet from now on; but for `serve`, those that exist get an RST, and with `freeze` silence. */
  receive(reception: Reception): Promise<void>;
  /** The certificate of new connections. */
  present(pair: PemPair): void;
  /** Closes every connection (FIN), as an upstream does that finds them idle; none is closed within a response. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  readonly region: string;
  readonly hostname: string;
  readonly certificate: PemPair;
  /** A loopback address; 127.0.0.1 where absent. */
  readonly address?: string;
  /** A free one where absent. */
  readonly port?: number;
}

const HEALTH_PATH = '/healthz';
const healthy = answer('200 OK', ['Content-Type: application/json'], '{"status":"ok"}');

export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { region, hostname, address = '127.0.0.1' } = options;
  const connections: UpstreamConnection[] = [];
  const requests: UpstreamRequest[] = [];
  const scripts = new Map<string, Script>();
  const sockets = new Set<Socket>();
  const secured = new Set<TLSSocket>();
  const offers = new WeakMap<TLSSocket, readonly string[]>();
  const unscripted = answer('200 OK', ['Content-Type: text/plain', `X-Region: ${region}`], region);
  let health = healthy;
  let checks = 0;
  let reception: Reception = 'serve';
  let frozen: Socket[] = [];

  const scriptFor = ({ target }: UpstreamRequest): Script => {
    if (target === HEALTH_PATH) return health;
    for (const [text, script] of scripts) if (target.includes(text)) return script;
    return unscripted;
  };

  const tls = createTlsServer({
    cert: options.certificate.certificate,
    key: options.certificate.key,
    ALPNCallback(this: TLSSocket, { protocols }) {
      offers.set(this, protocols);
      return protocols.includes('http/1.1') ? 'http/1.1' : undefined;
    },
  });
  tls.on('tlsClientError', () => {});
  tls.on('secureConnection', (socket) => {
    const raw = rawOf(socket);
    if (raw === undefined) {
      // Its client left while the handshake ended, and took the ports along.
      socket.destroy();
      return;
    }
    secured.add(socket);
    socket.once('close', () => secured.delete(socket));
    connections.push(
      serveConnection({
        region,
        socket,
        raw,
        sni: typeof socket.servername === 'string' ? socket.servername : null,
        offered: offers.get(socket) ?? [],
        scriptFor,
        onRequest: (request) => {
          if (request.target === HEALTH_PATH) checks += 1;
          else requests.push(request);
        },
      }),
    );
  });
  /** A TLS server's sockets do not tell which TCP connection they stand on, but for its ports. */
  const byPort = new Map<number, Socket>();
  const rawOf = ({ remotePort = 0 }: TLSSocket): Socket | undefined => byPort.get(remotePort);

  const tcp = createTcpServer({ noDelay: true }, (socket) => {
    const { remotePort = 0 } = socket;
    sockets.add(socket);
    byPort.set(remotePort, socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      if (byPort.get(remotePort) === socket) byPort.delete(remotePort);
    });
    if (reception === 'serve') tls.emit('connection', socket);
    else if (reception === 'reset') socket.resetAndDestroy();
    else frozen.push(socket);
  });
  const listen = async (port: number): Promise<void> => {
    tcp.listen(port, address);
    await once(tcp, 'listening');
  };
  const stopListening = async (): Promise<void> => {
    if (!tcp.listening) return;
    const closed = once(tcp, 'close');
    tcp.close();
    // Otherwise the server would wait for them.
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };

  await listen(options.port ?? 0);
  const { port } = boundTo(tcp.address());
  return {
    region,
    hostname,
    endpoint: { address, port },
    connections,
    requests,
    checks: () => checks,
    openConnections: () => secured.size,
    on: (text, script) => void scripts.set(text, script),
    setHealth: (script) => {
      health = script;
    },
    receive: async (next) => {
      reception = next;
      if (next === 'refuse') await stopListening();
      else if (!tcp.listening) await listen(port);
      if (next === 'freeze') for (const socket of secured) socket.pause();
      else if (next === 'reset') for (const socket of sockets) socket.resetAndDestroy();
      else for (const socket of secured) socket.resume();
      if (next === 'serve') for (const socket of frozen) tls.emit('connection', socket);
      frozen = next === 'freeze' ? frozen : [];
    },
    present: ({ certificate, key }) => {
      tls.setSecureContext({ cert: certificate, key });
    },
    hangUp: () => {
      for (const socket of secured) socket.end();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await stopListening();
    },
  };
}

function boundTo(address: ReturnType<ReturnType<typeof createTcpServer>['address']>): {
  readonly port: number;
} {
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a TCP port');
  return address;
}
