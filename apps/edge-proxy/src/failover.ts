import { Dispatcher } from 'undici';
import { EdgeProxyError } from './errors.ts';
import { type Exchange, exchanges } from './exchange.ts';
import type { Upstream } from './upstreams.ts';

export interface FailoverOptions {
  /** The upstreams that may be asked, in the order of preference. */
  readonly candidates: () => readonly Upstream[];
  /** Milliseconds until a response must have begun: for GET and HEAD, for other methods, and for all attempts together. */
  readonly headersMs: number;
  readonly writeHeadersMs: number;
  readonly attemptsMs: number;
}

/** Answers that say "not now", of a gateway or of an API that has no capacity: another region may well have it. */
const NOT_NOW = new Set([502, 503, 504]);

/**
 * Sends each request to the first healthy upstream. A GET or HEAD whose response cannot begin there is asked once
 * more of the next one; anything else is sent once, for it might be done twice (RFC 9110, section 9.2.2).
 */
export class FailoverDispatcher extends Dispatcher {
  readonly #options: FailoverOptions;

  constructor(options: FailoverOptions) {
    super();
    this.#options = options;
  }

  override dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const journey = new Journey(request, handler, this.#options, exchanges.getStore());
    journey.begin();
    return true;
  }
}

type RequestHeaders = NonNullable<Dispatcher.DispatchOptions['headers']>;
type RawFields = NonNullable<Dispatcher.DispatchController['rawHeaders']> | null;

/** One request on its way through one or two upstreams; also the controller that the handler holds all along. */
class Journey implements Dispatcher.DispatchController {
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #exchange: Exchange | undefined;
  readonly #options: FailoverOptions;
  readonly #candidates: readonly Upstream[];
  readonly #safe: boolean;
  #attempts = 0;
  #deadline: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #announced = false;
  #reason: Error | null = null;

  constructor(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    options: FailoverOptions,
    exchange: Exchange | undefined,
  ) {
    this.#request = request;
    this.#handler = handler;
    this.#options = options;
    this.#exchange = exchange;
    this.#candidates = options.candidates();
    this.#safe = (request.method === 'GET' || request.method === 'HEAD') && !request.body;
  }

  begin(): void {
    if (this.#exchange) this.#exchange.abort = (reason) => this.abort(reason);
    const [first] = this.#candidates;
    if (first === undefined) {
      this.#fail(
        new EdgeProxyError(
          'EDGE_PROXY_NO_HEALTHY_UPSTREAM',
          'no upstream is healthy',
          'see the log for why their health checks fail',
        ),
      );
      return;
    }
    if (this.#safe) {
      this.#deadline = setTimeout(() => this.#expire(), this.#options.attemptsMs);
    }
    this.#attempt(first);
  }

  #attempt(upstream: Upstream): void {
    this.#attempts += 1;
    if (this.#exchange) this.#exchange.upstream = upstream.hostname;
    /** Set once the response has begun, or once what this attempt brings is of no more interest. */
    let begun = false;
    let forsaken = false;
    const next = this.#safe && this.#attempts === 1 ? this.#candidates[1] : undefined;
    const move = (to: Upstream): void => {
      forsaken = true;
      upstream.suspect();
      if (this.#exchange) this.#exchange.moved = true;
      this.#attempt(to);
    };
    upstream.dispatcher.dispatch(this.#requestTo(upstream), {
      onRequestStart: (controller, context) => {
        this.#controller = controller;
        if (this.#reason !== null) {
          controller.abort(this.#reason);
        } else if (!this.#announced) {
          this.#announced = true;
          this.#handler.onRequestStart?.(this, context);
        }
      },
      onResponseStart: (controller, statusCode, headers, statusMessage) => {
        if (statusCode >= 200) {
          // The rest of a refusal is read and dropped, which keeps its connection.
          if (next !== undefined && NOT_NOW.has(statusCode)) return move(next);
          begun = true;
          clearTimeout(this.#deadline);
          if (NOT_NOW.has(statusCode)) upstream.suspect();
        }
        this.rawHeaders = controller.rawHeaders ?? null;
        this.#handler.onResponseStart?.(this, statusCode, headers, statusMessage);
      },
      onResponseData: (_controller, chunk) => {
        if (!forsaken) this.#handler.onResponseData?.(this, chunk);
      },
      onResponseEnd: (_controller, trailers) => {
        if (!forsaken) this.#handler.onResponseEnd?.(this, trailers);
      },
      onResponseError: (_controller, error) => {
        if (forsaken) return;
        if (begun || this.#reason !== null) return this.#fail(this.#reason ?? error);
        if (next !== undefined) return move(next);
        upstream.suspect();
        this.#fail(error);
      },
    });
  }

  #requestTo(upstream: Upstream): Dispatcher.DispatchOptions {
    return {
      ...this.#request,
      headers: withHost(this.#request.headers, upstream.hostname),
      headersTimeout: this.#safe ? this.#options.headersMs : this.#options.writeHeadersMs,
    };
  }

  #fail(error: Error): void {
    clearTimeout(this.#deadline);
    this.#handler.onResponseError?.(this, error);
  }

  #expire(): void {
    const seconds = this.#options.attemptsMs / 1_000;
    this.abort(
      new EdgeProxyError(
        'EDGE_PROXY_ATTEMPTS_TIMEOUT',
        `no response began within ${seconds} s, over all attempts`,
        'see whether the upstreams answer, or raise timeouts.attempts',
      ),
    );
  }

  abort(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    // Where no attempt has a connection yet, it ends as soon as it gets one, or fails to.
    this.#controller?.abort(reason);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get paused(): boolean {
    return this.#controller?.paused ?? false;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  rawHeaders: RawFields = null;
  rawTrailers: RawFields = null;
}

/** Host comes first and belongs to the upstream, whatever form the other headers have. */
function withHost(headers: Dispatcher.DispatchOptions['headers'], host: string): RequestHeaders {
  if (!headers) return { host };
  if (Array.isArray(headers)) return ['host', host, ...headers];
  if (Symbol.iterator in headers) return [['host', host], ...headers];
  return { ...headers, host };
}
