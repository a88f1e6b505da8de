import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '@isochrone/config-gen';
import { type Answer, decode, encode } from 'dns-packet';

/** A name server on loopback with A records alone. */
export interface NameServer {
  readonly endpoint: Endpoint;
  /** Addresses by hostname: edit it to move a name. A name that is not in it does not exist (NXDOMAIN). */
  readonly records: Map<string, readonly string[]>;
  /** Names in the order in which they were asked for. */
  readonly asked: readonly string[];
  /** Whether questions are answered, from now on. */
  answer(whether: boolean): void;
  close(): void;
}

/** QR, AA, RD and RA: an authoritative answer to a recursive question (RFC 1035, section 4.1.1). */
const RESPONSE_FLAGS = 0x0580;
const NXDOMAIN = 3;

/** @param ttl seconds that an answer may be kept. */
export async function startNameServer(
  records: Readonly<Record<string, readonly string[]>>,
  { ttl = 60 }: { readonly ttl?: number } = {},
): Promise<NameServer> {
  const socket = createSocket('udp4');
  const known = new Map(Object.entries(records));
  const asked: string[] = [];
  let answering = true;
  socket.on('message', (message, { port, address }) => {
    const { id = 0, questions = [] } = decode(message);
    const [question] = questions;
    if (question === undefined || !answering) return;
    const { name, type } = question;
    asked.push(name);
    const addresses = known.get(name.toLowerCase());
    const answers = (type === 'A' ? (addresses ?? []) : []).map(
      (data): Answer => ({ type: 'A', name, ttl, data }),
    );
    const flags = RESPONSE_FLAGS | (addresses === undefined ? NXDOMAIN : 0);
    socket.send(encode({ type: 'response', id, flags, questions, answers }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let open = true;
  return {
    endpoint: { address: '127.0.0.1', port: socket.address().port },
    records: known,
    asked,
    answer: (whether) => {
      answering = whether;
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}
