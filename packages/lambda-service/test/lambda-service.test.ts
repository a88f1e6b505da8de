import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListLayersCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerLambda, type DeployedFunction, deployFunction, type Runnable } from '../src/index.ts';

const FunctionName = 'fast-delivery';

/** A function in eu-west-1 that answers with its code, behind Lambda's API. */
async function start() {
  const stopped: string[] = [];
  const saying = (text: string): Runnable => ({
    invoke: async (event) => {
      if (text === 'bad') throw new Error('it is bad');
      if (text === 'hung') await new Promise(() => {});
      return { text, event };
    },
    stop: async () => void stopped.push(text),
  });
  const fn = deployFunction({
    first: saying('first'),
    run: (_version, files) => saying(Buffer.from(files['index.mjs'] ?? []).toString()),
    timeout: 1,
  });
  const find = (region: string, name: string): DeployedFunction | undefined =>
    region === 'eu-west-1' && name === FunctionName ? fn : undefined;
  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const asked = { method, path, authorization: headers.authorization, body: await buffer(request) };
    const { status, headers: answered, body } = await answerLambda(find, asked);
    response.writeHead(status, answered).end(body === undefined ? '' : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const clientIn = (region: string): LambdaClient =>
    new LambdaClient({
      region,
      endpoint,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    });
  const client = clientIn('eu-west-1');
  const release = async (text: string): Promise<string> => {
    const ZipFile = zipSync({ 'index.mjs': Buffer.from(text) });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10 }, { FunctionName });
    const { Version = '' } = await client.send(new PublishVersionCommand({ FunctionName }));
    return Version;
  };
  const point = (FunctionVersion: string, more: { readonly RevisionId?: string } = {}) =>
    client.send(new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion, ...more }));
  const invoke = async (Qualifier: string) => {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName, Qualifier, Payload: '{"a":1}' }),
    );
    return { answer: JSON.parse(Buffer.from(Payload ?? []).toString()), FunctionError };
  };
  return { fn, client, clientIn, release, point, invoke, stopped };
}

describe('a function', () => {
  it('begins with a version that both aliases point at', async () => {
    const { client, invoke } = await start();
    const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName }));
    expect(Aliases?.map(({ Name, FunctionVersion }) => [Name, FunctionVersion])).toEqual([
      ['live', '1'],
      ['staging', '1'],
    ]);
    expect(await invoke('live')).toEqual({ answer: { text: 'first', event: { a: 1 } } });
  });

  it('answers by the version that its alias points at', async () => {
    const { release, point, invoke } = await start();
    expect(await release('second')).toBe('2');
    expect((await invoke('live')).answer.text).toBe('first');
    await point('2');
    expect((await invoke('live')).answer.text).toBe('second');
    expect((await invoke('1')).answer.text).toBe('first');
  });

  it('makes one version of the same code', async () => {
    const { client, release } = await start();
    expect([await release('second'), await release('second'), await release('third')]).toEqual([
      '2',
      '2',
      '3',
    ]);
    const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2', '3']);
  });

  it('says that it threw, with status 200', async () => {
    const { release, invoke } = await start();
    await release('bad');
    expect(await invoke('2')).toEqual({ answer: { errorMessage: 'it is bad' }, FunctionError: 'Unhandled' });
  });

  it('says that it took too long, instead of letting the caller wait', async () => {
    const { release, invoke } = await start();
    await release('hung');
    const answer = { errorMessage: 'Task timed out after 1.00 seconds' };
    expect(await invoke('2')).toEqual({ answer, FunctionError: 'Unhandled' });
  });

  it('forgets what was released, and stops it', async () => {
    const { fn, release, point, invoke, stopped } = await start();
    await release('second');
    await point('2');
    await fn.reset();
    expect((await invoke('live')).answer.text).toBe('first');
    expect(stopped).toEqual(['second']);
  });
});

describe('a first version that was deleted', () => {
  it('is there again after a reset, and was never stopped', async () => {
    const { fn, client, release, point, invoke, stopped } = await start();
    await release('second');
    await point('2');
    await client.send(new UpdateAliasCommand({ FunctionName, Name: 'staging', FunctionVersion: '2' }));
    await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' }));
    await expect(invoke('1')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(stopped).toEqual([]);
    await fn.reset();
    expect((await invoke('live')).answer.text).toBe('first');
    await fn.stop();
    expect(stopped).toEqual(['second', 'first']);
  });
});

describe('Lambda refuses', () => {
  it('a function that is not there, in this region or at all', async () => {
    const { client, clientIn } = await start();
    const alias =
      (at: LambdaClient, Name: string, name = FunctionName) =>
      () =>
        at.send(new GetAliasCommand({ FunctionName: name, Name }));
    const asked = [
      alias(client, 'live', 'other'),
      alias(clientIn('us-east-1'), 'live'),
      alias(client, 'other'),
      () => client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '7' })),
      () => client.send(new InvokeCommand({ FunctionName, Qualifier: '7' })),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('to publish other code than the one that is named', async () => {
    const { client } = await start();
    const asked = client.send(new PublishVersionCommand({ FunctionName, CodeSha256: 'other' }));
    await expect(asked).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('to move an alias that somebody else has moved', async () => {
    const { fn, client, release, point } = await start();
    const { RevisionId = '' } = await client.send(new GetAliasCommand({ FunctionName, Name: 'live' }));
    await release('second');
    await point('2', { RevisionId });
    await expect(point('1', { RevisionId })).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    await fn.reset();
    await expect(point('1', { RevisionId })).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  });

  it('to delete a version that an alias points at', async () => {
    const { client, release, point, stopped } = await start();
    await release('second');
    await point('2');
    const remove = (Qualifier: string) => client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
    await expect(remove('2')).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await point('1');
    await remove('2');
    expect(stopped).toEqual(['second']);
  });

  it('what is no archive', async () => {
    const { client } = await start();
    const ZipFile = Buffer.from('no archive');
    const asked = client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await expect(asked).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('what is not served here', async () => {
    const { client } = await start();
    await expect(client.send(new ListLayersCommand({}))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
