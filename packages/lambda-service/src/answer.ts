import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { AliasState, DeployedFunction, VersionState } from './deployed-function.ts';
import type { LambdaReply, LambdaRequest } from './protocol.ts';
import { invalid, missing, Refusal } from './refusal.ts';

const uploadSchema = z.object({ ZipFile: z.base64() });
const publishSchema = z.object({ CodeSha256: z.string().optional() });
const pointSchema = z.object({
  FunctionVersion: z.string(),
  Description: z.string().default(''),
  RevisionId: z.string().optional(),
});

const LATEST = '$LATEST';

/**
 * Answers a request of Lambda's API (https://docs.aws.amazon.com/lambda/latest/api/), as far as a release uses it:
 * code, versions, aliases and invocations. Signatures are not checked.
 */
export async function answerLambda(
  find: (region: string, name: string) => DeployedFunction | undefined,
  request: LambdaRequest,
): Promise<LambdaReply> {
  try {
    return await carriedOut(find, request);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

async function carriedOut(
  find: (region: string, name: string) => DeployedFunction | undefined,
  { method, path, authorization = '', body }: LambdaRequest,
): Promise<LambdaReply> {
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(authorization)?.[1] ?? '';
  const { pathname, searchParams } = new URL(path, 'http://lambda');
  const [, , , name = '', kind = '', subject = ''] = pathname.split('/');
  const qualifier = searchParams.get('Qualifier') ?? LATEST;
  const fn = find(region, name);
  if (fn === undefined) throw missing(`Function not found: ${name} in ${region}`);
  switch (`${method} ${kind}`) {
    case 'GET ':
      return ok({ Configuration: configuration(name, fn.version(qualifier)) });
    case 'GET configuration':
      return ok(configuration(name, fn.version(qualifier)));
    case 'PUT code': {
      const { ZipFile } = inputOf(body, uploadSchema);
      return ok(configuration(name, fn.upload(Buffer.from(ZipFile, 'base64'))));
    }
    case 'GET versions':
      return ok({ Versions: fn.versions().map((version) => configuration(name, version)) });
    case 'POST versions':
      return { ...ok(configuration(name, fn.publish(inputOf(body, publishSchema).CodeSha256))), status: 201 };
    case 'GET aliases':
      return ok(subject === '' ? { Aliases: fn.aliases().map(aliasBody) } : aliasBody(fn.alias(subject)));
    case 'PUT aliases': {
      const { FunctionVersion, Description, RevisionId } = inputOf(body, pointSchema);
      const change = { version: FunctionVersion, description: Description, revision: RevisionId };
      return ok(aliasBody(fn.point(subject, change)));
    }
    case 'POST invocations':
      return invoked(fn, qualifier, inputOf(body, z.unknown()));
    case 'DELETE ':
      await fn.remove(qualifier);
      return { status: 204, headers: {}, body: undefined };
    default:
      throw invalid(`${method} ${pathname} is not served here`);
  }
}

/** A function that throws, or takes too long, is an answer of its own, with status 200. */
async function invoked(fn: DeployedFunction, qualifier: string, event: unknown): Promise<LambdaReply> {
  const answered = new AbortController();
  try {
    return ok(await Promise.race([fn.invoke(qualifier, event), timedOut(fn.timeout, answered.signal)]));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const errorMessage = error instanceof Error ? error.message : String(error);
    return { ...ok({ errorMessage }), headers: { 'x-amz-function-error': 'Unhandled' } };
  } finally {
    answered.abort();
  }
}

async function timedOut(seconds: number, signal: AbortSignal): Promise<never> {
  await sleep(seconds * 1000, undefined, { signal });
  throw new Error(`Task timed out after ${seconds.toFixed(2)} seconds`);
}

const ok = (body: unknown): LambdaReply => ({ status: 200, headers: {}, body });

const configuration = (name: string, { version, codeSha256 }: VersionState) => ({
  FunctionName: name,
  Version: version,
  CodeSha256: codeSha256,
  State: 'Active',
  LastUpdateStatus: 'Successful',
});

const aliasBody = ({ name, version, description, revision }: AliasState) => ({
  Name: name,
  FunctionVersion: version,
  Description: description,
  RevisionId: revision,
});

function inputOf<Schema extends z.ZodType>(body: Uint8Array, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(jsonIn(body));
  if (parsed.success) return parsed.data;
  throw invalid(z.prettifyError(parsed.error));
}

function jsonIn(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new Refusal(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  }
}
