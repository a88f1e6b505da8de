import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode } from 'dns-packet';
import { onTestFinished } from 'vitest';

export interface NameServer {
  readonly address: { readonly address: string; readonly port: number };
  /** Addresses by hostname; edit it to move a name. */
  readonly records: Map<string, readonly string[]>;
  /** Names in the order in which they were asked for. */
  readonly asked: readonly string[];
  /** From now on nobody answers. */
  close(): void;
}

/** A name server on loopback with A records alone. */
export async function startNameServer(
  records: Readonly<Record<string, readonly string[]>>,
  ttl = 60,
): Promise<NameServer> {
  const socket = createSocket('udp4');
  const known = new Map(Object.entries(records));
  const asked: string[] = [];
  socket.on('message', (message, { port, address }) => {
    const query = decode(message);
    const name = query.questions?.[0]?.name ?? '';
    asked.push(name);
    const addresses = known.get(name);
    const answers = (addresses ?? []).map((data): Answer => ({ type: 'A', name, ttl, data }));
    const rcode = addresses === undefined ? 3 : 0;
    const { id = 0, questions = [] } = query;
    socket.send(encode({ type: 'response', id, flags: 0x0580 | rcode, questions, answers }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let open = true;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  onTestFinished(close);
  return { address: { address: '127.0.0.1', port: socket.address().port }, records: known, asked, close };
}
