import type { Dispatcher } from 'undici';
import type { Conversation } from './conversation.ts';
import type { FailoverDispatcher } from './failover.ts';
import type { Headers } from './headers.ts';
import { answerProblem, cut } from './replies.ts';
import { upstreamFailureReason } from './upstream-errors.ts';
import { upstreamBodyOf, upstreamHeadersOf } from './upstream-request.ts';

/**
 * Forwards a GET or HEAD without streams: what the upstream sends is written to the client as it comes, a small
 * response by a single write. @fastify/http-proxy costs twice the CPU, and refuses a GET that has a body.
 */
export function forwardDirectly(conversation: Conversation, dispatcher: FailoverDispatcher): void {
  const { exchange } = conversation;
  const body = upstreamBodyOf(conversation);
  dispatcher.send(
    {
      path: exchange.target,
      method: exchange.method === 'HEAD' ? 'HEAD' : 'GET',
      headers: upstreamHeadersOf(conversation, body !== null),
      body,
    },
    new DirectHandler(conversation),
    conversation,
  );
}

class DirectHandler implements Dispatcher.DispatchHandler {
  readonly #conversation: Conversation;
  #status = 0;
  /** The response's head, until it is written. */
  #head: Headers | undefined;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.#status = status;
    this.#head = headers;
    // What came along with the head is handed over within this turn; a body that comes later does not keep the head waiting.
    queueMicrotask(() => {
      if (this.#head !== undefined && !this.#gone) this.#writeHead().flushHeaders();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#gone) return;
    const whole = this.#head !== undefined && Number(this.#head['content-length']) === chunk.length;
    const response = this.#writeHead();
    if (whole) {
      response.end(chunk);
    } else if (!response.write(chunk)) {
      controller.pause();
      response.once('drain', () => controller.resume());
    }
  }

  onResponseEnd(): void {
    if (this.#gone) return;
    const response = this.#writeHead();
    if (!response.writableEnded) response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const { exchange, response } = this.#conversation;
    exchange.failure = error;
    if (response.headersSent) {
      if (!response.writableEnded) cut(response);
    } else if (!this.#gone) {
      answerProblem(this.#conversation, upstreamFailureReason(error));
    }
  }

  get #gone(): boolean {
    return this.#conversation.exchange.over;
  }

  #writeHead() {
    const { response } = this.#conversation;
    if (this.#head !== undefined) response.writeHead(this.#status, this.#head);
    this.#head = undefined;
    return response;
  }
}
