import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { unzipSync } from 'fflate';
import { onTestFinished } from 'vitest';

interface Version {
  readonly code: Uint8Array;
  readonly sha: string;
}

interface FunctionState {
  latest: Version;
  readonly versions: Map<string, Version>;
  readonly aliases: Map<string, { version: string; description: string; revision: number }>;
  next: number;
}

/** Lambda's own interface, as far as a release uses it: it keeps versions, refuses as Lambda does, and runs the code. */
export interface LambdaService {
  readonly url: string;
  /** Every request that changed something: `eu-west-1 PUT /…`. */
  readonly changes: readonly string[];
  create(region: string, name: string, code: Uint8Array): void;
  aliasOf(region: string, name: string, alias: string): string;
  versionsOf(region: string, name: string): readonly string[];
  /** What visitors get: the version that `live` points at, invoked. */
  visit(region: string, name: string, path: string): Promise<number>;
  /** Answers 500 to the n-th change from now on, once. */
  failAt(change: number): void;
}

const sha = (code: Uint8Array): string => createHash('sha256').update(code).digest('base64');

export async function startLambdaService(): Promise<LambdaService> {
  const functions = new Map<string, FunctionState>();
  const changes: string[] = [];
  let failing = 0;

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, headers = {} }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  interface Reply {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  }
  const refuse = (status: number, type: string, message: string): Reply => ({
    status,
    body: { Type: 'User', Message: message },
    headers: { 'x-amzn-errortype': type },
  });

  async function answer(request: IncomingMessage): Promise<Reply> {
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const url = new URL(request.url ?? '/', 'http://lambda');
    const [, , , name = '', kind = '', alias = ''] = url.pathname.split('/');
    const method = request.method ?? 'GET';
    const body = await textOf(request);
    const fn = functions.get(`${region} ${name}`);
    if (fn === undefined) return refuse(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    const isChange = method !== 'GET' && kind !== 'invocations';
    if (isChange) {
      failing -= 1;
      if (failing === 0) return refuse(400, 'InvalidParameterValueException', 'interrupted');
      changes.push(`${region} ${method} ${url.pathname}`);
    }
    const input = body === '' ? {} : JSON.parse(body);
    switch (`${method} ${kind}`) {
      case 'GET ':
        return { status: 200, body: { Configuration: configuration(fn, name, '$LATEST').body } };
      case 'GET configuration':
        return configuration(fn, name, url.searchParams.get('Qualifier') ?? '$LATEST');
      case 'PUT code':
        fn.latest = versionFrom(Buffer.from(input.ZipFile, 'base64'));
        return configuration(fn, name, '$LATEST');
      case 'POST versions': {
        if (input.CodeSha256 !== fn.latest.sha) {
          return refuse(
            400,
            'InvalidParameterValueException',
            'CodeSHA256 is different from current CodeSHA256 in $LATEST',
          );
        }
        const version = String(fn.next++);
        fn.versions.set(version, fn.latest);
        return { ...configuration(fn, name, version), status: 201 };
      }
      case 'GET versions':
        return {
          status: 200,
          body: {
            Versions: ['$LATEST', ...fn.versions.keys()].map(
              (Version) => configuration(fn, name, Version).body,
            ),
          },
        };
      case 'GET aliases':
        if (alias !== '') return aliasReply(fn, alias);
        return {
          status: 200,
          body: { Aliases: [...fn.aliases.keys()].map((each) => aliasReply(fn, each).body) },
        };
      case 'PUT aliases': {
        const state = fn.aliases.get(alias);
        if (state === undefined) return refuse(404, 'ResourceNotFoundException', `Alias not found: ${alias}`);
        if (input.RevisionId !== undefined && input.RevisionId !== String(state.revision)) {
          return refuse(
            412,
            'PreconditionFailedException',
            'The RevisionId provided does not match the latest RevisionId',
          );
        }
        if (!fn.versions.has(input.FunctionVersion))
          return refuse(404, 'ResourceNotFoundException', 'Function version not found');
        fn.aliases.set(alias, {
          version: input.FunctionVersion,
          description: input.Description ?? '',
          revision: state.revision + 1,
        });
        return aliasReply(fn, alias);
      }
      case 'POST invocations':
        return invoke(fn, url.searchParams.get('Qualifier') ?? '', input);
      case 'DELETE ': {
        const version = url.searchParams.get('Qualifier') ?? '';
        if ([...fn.aliases.values()].some((each) => each.version === version)) {
          return refuse(409, 'ResourceConflictException', 'Alias points at this version');
        }
        fn.versions.delete(version);
        return { status: 204 };
      }
      default:
        return refuse(400, 'InvalidParameterValueException', `${method} ${url.pathname}`);
    }
  }

  function configuration(fn: FunctionState, name: string, qualifier: string): Reply {
    const version = qualifier === '$LATEST' ? fn.latest : fn.versions.get(qualifier);
    if (version === undefined) return refuse(404, 'ResourceNotFoundException', 'no such version');
    return {
      status: 200,
      body: {
        FunctionName: name,
        Version: qualifier,
        CodeSha256: version.sha,
        State: 'Active',
        LastUpdateStatus: 'Successful',
      },
    };
  }

  function aliasReply(fn: FunctionState, alias: string): Reply {
    const state = fn.aliases.get(alias);
    if (state === undefined) return refuse(404, 'ResourceNotFoundException', `Alias not found: ${alias}`);
    return {
      status: 200,
      body: {
        Name: alias,
        FunctionVersion: state.version,
        Description: state.description,
        RevisionId: String(state.revision),
      },
    };
  }

  async function invoke(fn: FunctionState, alias: string, event: unknown): Promise<Reply> {
    const version = fn.versions.get(fn.aliases.get(alias)?.version ?? '');
    const source = version && unzipSync(version.code)['index.mjs'];
    if (source === undefined) return refuse(404, 'ResourceNotFoundException', 'no such version');
    try {
      const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
      return { status: 200, body: await module.handler(event) };
    } catch (error) {
      return {
        status: 200,
        body: { errorMessage: String(error) },
        headers: { 'x-amz-function-error': 'Unhandled' },
      };
    }
  }

  const address = server.address();
  const at = (region: string, name: string): FunctionState => {
    const fn = functions.get(`${region} ${name}`);
    if (fn === undefined) throw new Error(`no function ${name} in ${region}`);
    return fn;
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    changes,
    create: (region, name, code) => {
      const first = versionFrom(code);
      const alias = { version: '1', description: '', revision: 1 };
      functions.set(`${region} ${name}`, {
        latest: first,
        versions: new Map([['1', first]]),
        aliases: new Map([
          ['live', alias],
          ['staging', { ...alias }],
        ]),
        next: 2,
      });
    },
    aliasOf: (region, name, alias) => at(region, name).aliases.get(alias)?.version ?? '',
    versionsOf: (region, name) => [...at(region, name).versions.keys()],
    visit: async (region, name, path) => {
      const { body } = await invoke(at(region, name), 'live', { rawPath: path });
      return typeof body === 'object' && body !== null && 'statusCode' in body
        ? Number(body.statusCode)
        : 500;
    },
    failAt: (change) => {
      failing = change;
    },
  };
}

const versionFrom = (code: Uint8Array): Version => ({ code, sha: sha(code) });

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
