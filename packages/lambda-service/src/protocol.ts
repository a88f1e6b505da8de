export interface LambdaRequest {
  readonly method: string;
  /** Path and query, as Lambda's own: `/2015-03-31/functions/…`. */
  readonly path: string;
  /** Its signature names the region. */
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

export interface LambdaReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be sent as JSON; undefined for none. */
  readonly body: unknown;
}
