import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  answerLambda,
  type DeployedFunction,
  deployFunction,
  type LambdaReply,
  type Runnable,
} from '@isochrone/lambda-service';
import { unzipSync } from 'fflate';
import { onTestFinished } from 'vitest';

/** Lambda in several regions, which runs the code within the test's own process. */
export interface LambdaService {
  readonly url: string;
  /** Every request that changed something: `eu-west-1 PUT /…`. */
  readonly changes: readonly string[];
  create(region: string, name: string, code: Uint8Array): void;
  aliasOf(region: string, name: string, alias: string): string;
  versionsOf(region: string, name: string): readonly string[];
  /** What visitors get: the version that `live` points at, invoked. */
  visit(region: string, name: string, path: string): Promise<number>;
  /** Refuses the n-th change from now on, once. */
  failAt(change: number): void;
}

const interrupted: LambdaReply = {
  status: 400,
  headers: { 'x-amzn-errortype': 'InvalidParameterValueException' },
  body: { Type: 'User', Message: 'interrupted' },
};

export async function startLambdaService(): Promise<LambdaService> {
  const functions = new Map<string, DeployedFunction>();
  const changes: string[] = [];
  let failing = 0;

  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const { authorization } = headers;
    const isChange = method !== 'GET' && !path.includes('/invocations');
    if (isChange) failing -= 1;
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(authorization ?? '')?.[1];
    const body = await buffer(request);
    const reply =
      isChange && failing === 0
        ? interrupted
        : await answerLambda((where, name) => functions.get(`${where} ${name}`), {
            method,
            path,
            authorization,
            body,
          });
    if (isChange && reply !== interrupted) changes.push(`${region} ${method} ${path}`);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();

  const at = (region: string, name: string): DeployedFunction => {
    const fn = functions.get(`${region} ${name}`);
    if (fn === undefined) throw new Error(`no function ${name} in ${region}`);
    return fn;
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    changes,
    create: (region, name, code) => {
      const first = inThisProcess(unzipSync(code));
      const run = (_version: string, files: Readonly<Record<string, Uint8Array>>) => inThisProcess(files);
      functions.set(`${region} ${name}`, deployFunction({ first, run, timeout: 5 }));
    },
    aliasOf: (region, name, alias) => at(region, name).alias(alias).version,
    versionsOf: (region, name) =>
      at(region, name)
        .versions()
        .map(({ version }) => version)
        .filter((version) => version !== '$LATEST'),
    visit: async (region, name, path) => {
      const answer = await at(region, name).invoke('live', { rawPath: path });
      return typeof answer === 'object' && answer !== null && 'statusCode' in answer
        ? Number(answer.statusCode)
        : 500;
    },
    failAt: (change) => {
      failing = change;
    },
  };
}

function inThisProcess(files: Readonly<Record<string, Uint8Array>>): Runnable {
  const source = Buffer.from(files['index.mjs'] ?? new Uint8Array()).toString('base64');
  return {
    invoke: async (event) => (await import(`data:text/javascript;base64,${source}`)).handler(event),
    stop: async () => {},
  };
}
