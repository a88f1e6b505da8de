import { Agent, request } from 'undici';
import { z } from 'zod';
import { CliError } from '../errors.ts';
import { localWorld, readInput } from './local-world.ts';

/** Where the publishing API is, as the options say. */
export interface ApiOptions {
  /** Origin; that of the local world where it is absent. */
  readonly url?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly control: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: unknown;
}

/** The publishing API, with a key. */
export interface Api {
  readonly url: string;
  /** @throws CliError CLI_API_REFUSED with everything that the API says, CLI_API_UNREACHABLE */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  /** The same, but undefined where there is nothing. */
  find(path: string): Promise<ApiAnswer | undefined>;
  close(): Promise<void>;
}

const problemSchema = z.object({
  title: z.string(),
  code: z.string().optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
});

export async function openApi({ url, key, ca, control }: ApiOptions): Promise<Api> {
  const world = url === undefined ? await localWorld(control) : undefined;
  const origin = url ?? world?.publicUrl ?? '';
  const bearer = key ?? process.env['ISOCHRONE_KEY'] ?? world?.publishKey;
  if (bearer === undefined) {
    throw new CliError('CLI_USAGE', 'no key for the publishing API', {
      hint: 'give it with --key, or in the variable ISOCHRONE_KEY',
    });
  }
  const authority = ca ?? world?.ca;
  const agent = new Agent({
    connect: {
      ...(authority === undefined ? {} : { ca: readInput(authority) }),
      // Names under .localhost are this machine (RFC 6761, section 6.3), which Node leaves to the system.
      ...(new URL(origin).hostname.endsWith('.localhost') ? { lookup: toLoopback } : {}),
    },
  });

  const send: Api['ask'] = async (method, path, body, headers = {}) => {
    try {
      const answer = await request(new URL(path, origin), {
        method: method === 'GET' || method === 'POST' || method === 'PUT' ? method : 'DELETE',
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      const { etag } = answer.headers;
      return {
        status: answer.statusCode,
        etag: typeof etag === 'string' ? etag : undefined,
        body: text === '' ? undefined : JSON.parse(text),
      };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CliError('CLI_API_UNREACHABLE', `${origin} does not answer: ${reason}`, {
        hint: 'check --url, and --ca where its certificate is not of a public authority',
        cause,
      });
    }
  };

  return {
    url: origin,
    ask: async (...asked) => {
      const answer = await send(...asked);
      if (answer.status < 300) return answer;
      throw refused(answer);
    },
    find: async (path) => {
      const answer = await send('GET', path);
      if (answer.status < 300) return answer;
      if (answer.status === 404) return undefined;
      throw refused(answer);
    },
    close: () => agent.close(),
  };
}

function refused({ status, body }: ApiAnswer): CliError {
  const parsed = problemSchema.safeParse(body);
  const {
    title,
    code,
    detail,
    hint,
    errors = [],
  } = parsed.success ? parsed.data : { title: 'an answer that is no problem document' };
  const lines = [
    `${status} ${code ?? title}: ${detail ?? title}`,
    ...errors.map((error) => `  ${error.pointer || '/'}: ${error.detail} (${error.code})`),
  ];
  return new CliError('CLI_API_REFUSED', lines.join('\n'), { hint: hint ?? 'see docs/errors.md' });
}

type Lookup = (
  hostname: string,
  options: { readonly all?: boolean | undefined },
  done: (error: null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

const toLoopback: Lookup = (_hostname, { all }, done) => {
  if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
};
