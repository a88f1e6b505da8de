import type { CaseRequest } from '../case.ts';
import type { Field } from '../wire/message.ts';
import { DOMAIN } from '../world/certificates.ts';
import { INSTANCE, OWN, PUBLIC_HOST } from '../world/topology.ts';

export { NEXT, OWN_API } from '../world/topology.ts';
export { DOMAIN, INSTANCE, OWN, PUBLIC_HOST };
export const INSTANCE_HOST = `${INSTANCE}.${DOMAIN}`;
export const GROUP_HOST = `proxy-${OWN}-fast.${DOMAIN}`;

/** An entry of Via by the edge (RFC 9110, section 7.6.3). */
export const viaOf = (version: string): string => `${version} ${INSTANCE}`;

const HOST = `Host: ${PUBLIC_HOST}`;

/** Bytes of a text once `$ID` and `$PATH` are filled in; see `idOf` of the suite. */
export const lengthOf = (text: string): number =>
  text.replaceAll('$PATH', `/${'x'.repeat(ID_LENGTH)}`).replaceAll('$ID', 'x'.repeat(ID_LENGTH)).length;

const ID_LENGTH = 'case-000-of'.length;

/** Lines as a head, and a body. */
export const raw = (lines: readonly string[], body = ''): string => `${lines.join('\r\n')}\r\n\r\n${body}`;

/** An HTTP/1.1 request with these header lines beside Host. */
export const h1 = (lines: readonly string[] = [], { line = 'GET $PATH HTTP/1.1', body = '' } = {}): string =>
  raw([line, HOST, ...lines], body);

/** One with a body of a length that it says. */
export const h1Body = (body: string, lines: readonly string[] = [], method = 'POST'): string =>
  h1([...lines, `Content-Length: ${lengthOf(body)}`], { line: `${method} $PATH HTTP/1.1`, body });

/** The chunked form of a text, as one chunk for each piece. */
export const chunked = (...pieces: readonly string[]): string =>
  [...pieces.map((piece) => `${lengthOf(piece).toString(16)}\r\n${piece}\r\n`), '0\r\n\r\n'].join('');

interface Http2Options {
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly body?: string | Buffer;
  readonly servername?: string;
}

/** An HTTP/2 request with these fields after the pseudo-headers. */
export function h2(fields: readonly Field[] = [], options: Http2Options = {}): CaseRequest {
  const { method = 'GET', path = '$PATH', authority = PUBLIC_HOST, body, servername } = options;
  return {
    over: 'h2',
    fields: [
      [':method', method],
      [':scheme', 'https'],
      [':authority', authority],
      [':path', path],
      ...fields,
    ],
    ...(body === undefined ? {} : { body }),
    ...(servername === undefined ? {} : { servername }),
  };
}
