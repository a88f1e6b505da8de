import type { Endpoint } from '@isochrone/config-gen';

/** How a request travels: on a connection that was open, on one of its own, or as a stream of HTTP/2. */
export type Via = 'kept' | 'fresh' | 'h2';

export type Pace =
  | 'at once'
  /** Reads the response in small pieces with pauses. */
  | 'slow reader'
  /** Sends the request's body in small pieces with pauses. */
  | 'slow writer'
  /** Leaves in the middle of the response. */
  | 'leaves';

/** One request to be made. */
export interface Wish {
  readonly id: string;
  readonly via: Via;
  readonly method: 'GET' | 'POST';
  /** Length of the response's body for GET, of the request's for POST. */
  readonly bytes: number;
  /** Whether the body comes without a length. */
  readonly chunked?: boolean;
  readonly pace?: Pace;
}

/** One request as its visitor met it. */
export interface Visit {
  readonly wish: Wish;
  /** When it was due and when it was over, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly until: number;
  /** Absent: the right answer came, whole. */
  readonly failure?: string;
  /** How far it came. */
  readonly phase: 'connect' | 'head' | 'body' | 'end';
  readonly status?: number;
  /** Who answered: the process behind the edge, the region that the edge names, the proxy, and its engine. */
  readonly upstream?: string;
  readonly region?: string;
  readonly edge?: string;
  readonly engine?: string;
  /** The region that the edge asked first, in vain. */
  readonly retried?: string;
  readonly from?: Endpoint;
  /** SHA-256 fingerprint of the proxy's certificate. */
  readonly certificate?: string;
}

export const msOf = ({ at, until }: Visit): number => until - at;
