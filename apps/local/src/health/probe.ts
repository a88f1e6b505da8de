import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { Endpoint } from '../address-plan.ts';

export interface ProbeResult {
  readonly passed: boolean;
  /** The answer's status, or what went wrong. */
  readonly reason: string;
  readonly ms: number;
}

/** Route 53 waits so long for a connection, and so long after that for an answer; a faster world changes neither. */
const CONNECT_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 2_000;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})[^\n]*\n/;
const MAX_STATUS_LINE_BYTES = 512;
/** Made once: it holds what takes longest of a handshake's preparation. */
const context = createSecureContext({ ca: [] });

/**
 * Asks as Route 53 does: a connection of its own, SNI and Host of the checked name, any certificate, 2xx or 3xx.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export async function probe(
  hostname: string,
  path: string,
  { address, port }: Endpoint,
): Promise<ProbeResult> {
  const startedAt = performance.now();
  const socket = connectTcp({ host: address, port, noDelay: true });
  let reason: string;
  let passed = false;
  try {
    await settled(socket, 'connect', CONNECT_TIMEOUT_MS, 'no connection');
    const status = await statusOver(socket, hostname, path);
    passed = status >= 200 && status < 400;
    reason = `status ${status}`;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  } finally {
    socket.destroy();
  }
  return { passed, reason, ms: Math.round(performance.now() - startedAt) };
}

function settled(socket: Socket, event: 'connect', timeoutMs: number, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} within ${timeoutMs / 1000} s`)), timeoutMs);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(reasonOf(error)));
    });
  });
}

function statusOver(raw: Socket, hostname: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: raw,
      servername: hostname,
      secureContext: context,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    const timer = setTimeout(() => {
      end(() => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)));
    }, ANSWER_TIMEOUT_MS);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    let received = '';
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nUser-Agent: Amazon-Route53-Health-Check-Service\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    );
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      received += text;
      const status = STATUS_LINE.exec(received)?.[1];
      if (status !== undefined) end(() => resolve(Number(status)));
      else if (received.length > MAX_STATUS_LINE_BYTES) end(() => reject(new Error('no HTTP')));
    });
    socket.on('error', (error) => end(() => reject(new Error(reasonOf(error)))));
    socket.on('close', () => end(() => reject(new Error('closed without an answer'))));
  });
}

const reasonOf = (error: Error): string => {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET') return 'connection reset';
  return code === '' ? error.message : code;
};
