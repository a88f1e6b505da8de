/** An answer that came, and is not the right one. */
export class WrongAnswer extends Error {}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

/** In a word or two, as tables count it. */
export function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof WrongAnswer) return error.message;
  if (error.name === 'TimeoutError' || (error.name === 'AbortError' && error.cause instanceof Error))
    return 'timeout';
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
    case 'ERR_HTTP2_STREAM_ERROR':
    case 'ERR_HTTP2_SESSION_ERROR':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return 'reset';
    default:
      return `${codeOf(error)} ${error.message}`.trim();
  }
}
