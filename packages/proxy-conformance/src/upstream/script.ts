import { setTimeout as sleep } from 'node:timers/promises';
import type { UpstreamRequest } from './requests.ts';

/** What becomes of the connection: a FIN, an RST, or silence. */
export type Ending = 'close' | 'reset' | 'freeze';

/** One thing that an upstream does: send these bytes, wait, or end. Without an ending the connection stays open for the next request. */
export type Step = string | Buffer | { readonly pauseMs: number } | { readonly end: Ending };

/** What an upstream does about a request. */
export interface Script {
  /** Whether it begins when the request's head is there, instead of with the whole request. */
  readonly early?: boolean;
  readonly steps: readonly Step[] | ((request: UpstreamRequest) => Iterable<Step> | AsyncIterable<Step>);
}

/** A whole response; `fields` are lines without their ends. */
export function response(
  status: string,
  fields: readonly string[] = [],
  body: string | Buffer = '',
): readonly Step[] {
  const content = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${content.length}`, ...fields, '\r\n'].join('\r\n');
  return [Buffer.concat([Buffer.from(head, 'latin1'), content])];
}

/** An answer that is given whole. */
export const answer = (status: string, fields?: readonly string[], body?: string | Buffer): Script => ({
  steps: response(status, fields, body),
});

/** What a script acts on. */
export interface Stage {
  /** Resolves when the bytes are on their way, as fast as the other side reads them. */
  send(bytes: Buffer): Promise<void>;
  end(ending: Ending): void;
  /** Aborted once the connection is gone. */
  readonly gone: AbortSignal;
}

export async function perform(script: Script, request: UpstreamRequest, stage: Stage): Promise<void> {
  const { steps } = script;
  for await (const step of typeof steps === 'function' ? steps(request) : steps) {
    if (stage.gone.aborted) return;
    if (typeof step === 'string') await stage.send(Buffer.from(step, 'latin1'));
    else if (Buffer.isBuffer(step)) await stage.send(step);
    else if ('pauseMs' in step) await sleep(step.pauseMs, undefined, { signal: stage.gone }).catch(() => {});
    else {
      stage.end(step.end);
      return;
    }
  }
}
