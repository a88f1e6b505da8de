import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CurlAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Asks with the system's curl, as a person would. */
export async function curl(...args: readonly string[]): Promise<CurlAnswer> {
  const { stdout } = await run(
    'curl',
    ['--silent', '--show-error', '--include', '--max-time', '10', ...args],
    {
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const end = stdout.indexOf('\r\n\r\n');
  const [statusLine = '', ...headerLines] = stdout.slice(0, end).split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(
      headerLines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
    body: stdout.slice(end + 4),
  };
}
