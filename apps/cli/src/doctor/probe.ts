import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  /** SNI, and the name that the certificate has to have. */
  readonly serverName: string;
  /** Host; the server name unless given. */
  readonly host?: string;
  readonly path: string;
  /** PEM; the system's authorities unless given. */
  readonly ca?: string | undefined;
}

/** What one HTTPS request met. */
export type Probe = Answered | Failed;

export interface Answered {
  readonly ok: true;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly certificate: SeenCertificate;
  /** Milliseconds of each hop, one after the other. */
  readonly ms: { readonly connect: number; readonly tls: number; readonly firstByte: number };
}

export interface Failed {
  readonly ok: false;
  /** What did not come about. */
  readonly stage: 'connection' | 'handshake' | 'answer';
  /** What the system says, such as ECONNREFUSED; `timeout` after {@link PATIENCE_MS}. */
  readonly reason: string;
}

export interface SeenCertificate {
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validTo: number;
  readonly issuer: string;
  readonly chainLength: number;
  /** Whether it is valid for the server name. */
  readonly isForName: boolean;
  /** Why the chain is not trusted, as OpenSSL calls it; null where it is. */
  readonly distrust: string | null;
}

/** Longer than Route 53's checkers wait for connection and answer (4 s and 2 s) together. */
export const PATIENCE_MS = 8_000;
const MAX_BODY_BYTES = 65_536;

/** Asks once, on a connection of its own, whatever the certificate: what is wrong with that is said, too. */
export function probe(target: ProbeTarget): Promise<Probe> {
  const { address, port, serverName, host = serverName, path, ca } = target;
  const began = performance.now();
  const reached = { connect: 0, tls: 0 };
  return new Promise((resolve) => {
    const asked = request({
      host: address,
      port,
      path,
      servername: serverName,
      headers: { host, accept: '*/*', 'user-agent': 'isochrone-doctor' },
      agent: false,
      rejectUnauthorized: false,
      ...(ca === undefined ? {} : { ca }),
    });
    const timer = setTimeout(() => asked.destroy(new Error('timeout')), PATIENCE_MS);
    const done = (result: Probe): void => {
      clearTimeout(timer);
      asked.destroy();
      resolve(result);
    };
    timeHops(asked, began, reached);
    asked.once('error', (error) => done({ ok: false, stage: stageOf(reached), reason: reasonOf(error) }));
    asked.once('response', (response) => {
      const firstByte = performance.now() - began - reached.connect - reached.tls;
      // Before the body, as the socket forgets the certificate when it is closed.
      const certificate = certificateOf(response, serverName);
      read(response).then(
        (body) =>
          done({
            ok: true,
            status: response.statusCode ?? 0,
            headers: plainHeaders(response),
            body,
            certificate,
            ms: { ...reached, firstByte },
          }),
        (error: unknown) => done({ ok: false, stage: 'answer', reason: reasonOf(error) }),
      );
    });
    asked.end();
  });
}

function timeHops(asked: ClientRequest, began: number, reached: { connect: number; tls: number }): void {
  asked.once('socket', (socket) => {
    socket.once('connect', () => {
      reached.connect = performance.now() - began;
    });
    socket.once('secureConnect', () => {
      reached.tls = performance.now() - began - reached.connect;
    });
  });
}

const stageOf = ({ connect, tls }: { readonly connect: number; readonly tls: number }): Failed['stage'] =>
  connect === 0 ? 'connection' : tls === 0 ? 'handshake' : 'answer';

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const plainHeaders = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function certificateOf({ socket }: IncomingMessage, serverName: string): SeenCertificate {
  if (!(socket instanceof TLSSocket)) throw new Error('expected a TLS connection');
  const certificate = socket.getPeerCertificate(true);
  const isForName = checkServerIdentity(serverName, certificate) === undefined;
  const said = socket.authorizationError;
  // A Error, or its code: Node says both in the place of the other.
  const distrust = said ? String(said instanceof Error && 'code' in said ? said.code : said) : null;
  return {
    names: (certificate.subjectaltname ?? '').split(', ').map((name) => name.replace(/^DNS:/, '')),
    validTo: Date.parse(certificate.valid_to),
    issuer: certificate.issuer?.CN === undefined ? 'unknown' : String(certificate.issuer.CN),
    chainLength: chainLength(certificate),
    isForName,
    distrust: distrust === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : distrust,
  };
}

/** A root is its own issuer, and ends the chain. */
function chainLength(certificate: PeerCertificate): number {
  let length = 0;
  const seen = new Set<string>();
  for (
    let each: PeerCertificate & { issuerCertificate?: PeerCertificate } = certificate;
    each?.fingerprint256 !== undefined && !seen.has(each.fingerprint256);
    each = each.issuerCertificate ?? each
  ) {
    seen.add(each.fingerprint256);
    length += 1;
  }
  return length;
}
