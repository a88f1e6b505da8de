import type { Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Log } from '../log.ts';
import type { Table } from '../store/table.ts';
import type { Tables } from './authorise.ts';
import type { KeyGrant, Scope } from './bearer-keys.ts';

/** An authorised request for one of the operations. */
export interface Call {
  readonly request: IncomingRequest;
  /** What stands in the place of the path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  readonly grant: KeyGrant;
  readonly account: string;
  /** The one that the account is written to. */
  readonly table: Table;
  readonly replicas: Tables['all'];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly log: Log;
}

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/tours/{tour}`. */
  readonly path: string;
  readonly scope: Scope;
  readonly run: (call: Call) => Promise<Reply>;
}
