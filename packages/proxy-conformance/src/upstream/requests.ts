import type { Field, Message } from '../wire/message.ts';

/** A TLS connection that an upstream accepted, with everything that came on it. */
export interface UpstreamConnection {
  /** The name that the edge asked for; null where it sent none. */
  readonly sni: string | null;
  /** The protocols that the edge offered, in its order; empty without ALPN. */
  readonly offered: readonly string[];
  readonly remotePort: number;
  /** Every byte so far. */
  bytes(): Buffer;
  /** Why the bytes are not HTTP in its strict form; null while they are. */
  malformed(): string | null;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
}

/** A request as an upstream saw it. */
export interface UpstreamRequest {
  readonly region: string;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
  /** Bytes of its head, as text. */
  readonly head: string;
  readonly connection: UpstreamConnection;
  /** The message as far as it has come. */
  message(): Message;
  /** Resolves when the whole request is there. */
  readonly received: Promise<void>;
}
