/** Seconds. Both engines are rendered from these, so that one can stand in for the other. */
export const edgeTimeouts = {
  /** Until a TCP connection to an upstream stands. */
  connect: 2,
  /** Until an upstream's response begins, for GET and HEAD: the next upstream is asked after that. */
  headers: 3,
  /** The same for every other method; those are never retried. */
  writeHeaders: 10,
  /** Silence within an upstream's response body. */
  body: 3,
  /** All attempts of one request together, until the response begins; haproxy can only hold each attempt to it. */
  attempts: 8,
  /** Until a client has sent its request's headers. */
  request: 5,
  /** Silence of a client within a request or a response. */
  client: 15,
  /** An idle client connection. */
  keepAlive: 60,
} as const;

/** Seconds over which a client address's requests are averaged before `edge.clientRate` judges them. */
export const CLIENT_RATE_WINDOW = 10;

/** Retries may be this share of the requests, so that a failing region does not double the load of the next. */
export const RETRY_BUDGET = 0.2;

/** Bytes. */
export const edgeLimits = {
  /** A request's body. */
  bodyBytes: 1_048_576,
  /** Request line and headers together: API Gateway takes 10,240, and the edge adds some of its own. */
  headerBytes: 9_216,
  /** Path and query. */
  targetBytes: 8_192,
} as const;
