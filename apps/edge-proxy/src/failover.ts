import { Dispatcher } from 'undici';
import { tenths } from './access-log.ts';
import { type Conversation, conversations } from './conversation.ts';
import { EdgeProxyError, errorCode } from './errors.ts';
import type { RetryBudget } from './retry-budget.ts';
import { clientHeadersOf } from './upstream-response.ts';
import type { Upstream } from './upstreams.ts';

export interface FailoverOptions {
  /** The upstreams that may be asked now, in the order of preference. */
  readonly candidates: () => readonly Upstream[];
  readonly budget: RetryBudget;
}

/** Answers that say "not now", of a gateway or of an API that has no capacity: another region may well have it. */
const NOT_NOW = new Set([502, 503, 504]);

/** What undici, or this proxy, refuses to send: no upstream is to blame. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'EDGE_PROXY_BODY_TIMEOUT',
  'EDGE_PROXY_BODY_TOO_LARGE',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/**
 * Sends each request to the first healthy upstream. A GET or HEAD without a body whose response cannot begin there is
 * asked once more of the next one, as long as the budget allows; anything else is sent once, for it might be done
 * twice (RFC 9110, section 9.2.2).
 */
export class FailoverDispatcher extends Dispatcher {
  readonly #options: FailoverOptions;

  constructor(options: FailoverOptions) {
    super();
    this.#options = options;
  }

  /** For reply-from, within `conversations.run`. */
  override dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const conversation = conversations.getStore();
    if (conversation === undefined) throw new TypeError('a request of no conversation');
    this.send(request, handler, conversation);
    return true;
  }

  /** The handler gets the response's headers as the client is to have them. */
  send(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    conversation: Conversation,
  ): void {
    this.#options.budget.count(conversation.exchange.startedAt);
    new Journey(request, handler, this.#options, conversation).begin();
  }
}

type RequestHeaders = NonNullable<Dispatcher.DispatchOptions['headers']>;
type RawFields = NonNullable<Dispatcher.DispatchController['rawHeaders']> | null;

/** One request on its way through one or two upstreams; also the controller that the handler holds all along. */
class Journey implements Dispatcher.DispatchController {
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #options: FailoverOptions;
  readonly #conversation: Conversation;
  readonly #safe: boolean;
  #deadline: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #announced = false;
  #reason: Error | null = null;

  constructor(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    options: FailoverOptions,
    conversation: Conversation,
  ) {
    this.#request = request;
    this.#handler = handler;
    this.#options = options;
    this.#conversation = conversation;
    this.#safe = (request.method === 'GET' || request.method === 'HEAD') && !request.body;
  }

  begin(): void {
    const { exchange, rules } = this.#conversation;
    exchange.abort = (reason) => this.abort(reason);
    const [first] = this.#options.candidates();
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
      this.#deadline = setTimeout(() => this.#expire(), rules.config.timeouts.attempts * 1_000);
    }
    this.#attempt(first);
  }

  #attempt(upstream: Upstream): void {
    const { exchange } = this.#conversation;
    exchange.upstream = upstream.region;
    /** Set once the response has begun, or once what this attempt brings is of no more interest. */
    let begun = false;
    let forsaken = false;
    const settled = upstream.asked();
    const move = (to: Upstream): void => {
      forsaken = true;
      exchange.retried = upstream.region;
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
        if (statusCode < 200) return;
        const failed = NOT_NOW.has(statusCode);
        settled(failed ? 'failed' : 'answered');
        const next = failed ? this.#next(upstream) : undefined;
        // The rest of a refusal is read and dropped, which keeps its connection.
        if (next !== undefined) return move(next);
        begun = true;
        clearTimeout(this.#deadline);
        exchange.msUpstream = tenths(performance.now() - exchange.startedAt);
        this.rawHeaders = controller.rawHeaders ?? null;
        const answer = clientHeadersOf(this.#conversation, headers);
        this.#handler.onResponseStart?.(this, statusCode, answer, statusMessage);
      },
      onResponseData: (_controller, chunk) => {
        if (forsaken) return;
        exchange.bytes += chunk.length;
        this.#handler.onResponseData?.(this, chunk);
      },
      onResponseEnd: (_controller, trailers) => {
        if (forsaken) return;
        exchange.owedSince = performance.now();
        this.#handler.onResponseEnd?.(this, trailers);
      },
      onResponseError: (_controller, error) => {
        if (forsaken) return;
        if (begun || this.#reason !== null) {
          settled(this.#reason instanceof EdgeProxyError ? 'failed' : 'left');
          return this.#fail(this.#reason ?? error);
        }
        settled(isOurs(error) ? 'left' : 'failed');
        const next = isOurs(error) ? undefined : this.#next(upstream);
        if (next !== undefined) return move(next);
        this.#fail(error);
      },
    });
  }

  /** The upstream to ask after `failed`, if this request may be asked again. */
  #next(failed: Upstream): Upstream | undefined {
    const { exchange, rules } = this.#conversation;
    if (!this.#safe || exchange.retried !== undefined) return undefined;
    const next = this.#options.candidates().find(({ region }) => region !== failed.region);
    if (next === undefined) return undefined;
    if (this.#options.budget.take(rules.config.retryBudget, performance.now())) return next;
    exchange.retryDenied = true;
    return undefined;
  }

  #requestTo(upstream: Upstream): Dispatcher.DispatchOptions {
    const { exchange, rules } = this.#conversation;
    const { headers, writeHeaders } = rules.config.timeouts;
    const { method, body = null } = this.#request;
    return {
      method,
      body,
      // reply-from's has been through a URL, which writes some characters in another way.
      path: exchange.target,
      headers: withHost(this.#request.headers, upstream.hostname),
      headersTimeout: (this.#safe ? headers : writeHeaders) * 1_000,
    };
  }

  #fail(error: Error): void {
    clearTimeout(this.#deadline);
    this.#handler.onResponseError?.(this, error);
  }

  #expire(): void {
    const seconds = this.#conversation.rules.config.timeouts.attempts;
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
    this.#conversation.exchange.owedSince = performance.now();
    this.#controller?.pause();
  }

  resume(): void {
    delete this.#conversation.exchange.owedSince;
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

/** Whether a request failed for what it is, not for where it was sent. */
const isOurs = (error: unknown): boolean => OWN_FAULTS.has(errorCode(error) ?? '');

/** Host comes first and belongs to the upstream, whatever form the other headers have. */
function withHost(headers: Dispatcher.DispatchOptions['headers'], host: string): RequestHeaders {
  if (!headers) return { host };
  if (Array.isArray(headers)) return ['host', host, ...headers];
  if (Symbol.iterator in headers) return [['host', host], ...headers];
  return { ...headers, host };
}
