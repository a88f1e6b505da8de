import {
  type AliasConfiguration,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  PublishVersionCommand,
  paginateListAliases,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { RegionName } from '@isochrone/topology';
import { z } from 'zod';
import { CliError } from '../errors.ts';
import type { Archive } from './archive.ts';

/** One function in one region, by what a release does with it. */
export interface RegionFunction {
  readonly name: string;
  /** Where an alias points, since which release, and to which version it pointed before that. */
  alias(stage: Stage): Promise<AliasState>;
  codeOf(version: string): Promise<string>;
  /** The version that has this code: one that exists, or a new one. */
  versionOf(archive: Archive): Promise<string>;
  point(stage: Stage, version: string, was: Omit<AliasState, 'version'>): Promise<void>;
  /** What a version answers to a request; the status, 500 where it fails. */
  ask(stage: Stage, host: string, path: string): Promise<Answer>;
  /** Deletes versions, but the newest and every one that an alias points at. */
  prune(keep: number): Promise<readonly string[]>;
}

export type Stage = 'live' | 'staging';

export interface AliasState {
  readonly version: string;
  /** Id of the release that moved it, or left it where it was. Null where nothing was released yet. */
  readonly release: string | null;
  /** Null where the release left it where it was. */
  readonly before: string | null;
  readonly revision: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly bundle: string | undefined;
}

/** Seconds that Lambda may take to take new code over. */
const UPDATE_SECONDS = 120;
const DESCRIPTION = /^release (\w+)(?: before (\d+))?$/;

const answerSchema = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
});

export function regionFunction(client: LambdaClient, name: string, region: RegionName): RegionFunction {
  const versions = async (): Promise<readonly { readonly version: string; readonly code: string }[]> => {
    const found: { readonly version: string; readonly code: string }[] = [];
    for await (const { Versions = [] } of paginateListVersionsByFunction(
      { client },
      { FunctionName: name },
    )) {
      for (const { Version = '', CodeSha256 = '' } of Versions) {
        if (Version !== '$LATEST') found.push({ version: Version, code: CodeSha256 });
      }
    }
    return found.toSorted((a, b) => Number(a.version) - Number(b.version));
  };
  const publish = async ({ zip, codeSha256 }: Archive): Promise<string> => {
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: UPDATE_SECONDS }, { FunctionName: name });
    // Somebody else's code, uploaded meanwhile, is not published for ours.
    const { Version } = await client.send(
      new PublishVersionCommand({ FunctionName: name, CodeSha256: codeSha256 }),
    );
    return Version ?? '';
  };
  return {
    name,
    alias: async (stage) => {
      try {
        return stateOf(await client.send(new GetAliasCommand({ FunctionName: name, Name: stage })));
      } catch (cause) {
        if (!isMissing(cause)) throw cause;
        throw new CliError('CLI_NOT_DEPLOYED', `${region} has no function ${name} with an alias ${stage}`, {
          hint: `deploy the stack Tour-${region} first`,
          cause,
        });
      }
    },
    codeOf: async (version) => {
      const found = await client.send(
        new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: version }),
      );
      return found.CodeSha256 ?? '';
    },
    versionOf: async (archive) => {
      const same = (await versions()).findLast(({ code }) => code === archive.codeSha256);
      return same?.version ?? publish(archive);
    },
    point: async (stage, version, { release, before, revision }) => {
      await client.send(
        new UpdateAliasCommand({
          FunctionName: name,
          Name: stage,
          FunctionVersion: version,
          Description: descriptionOf(release, before),
          // Whoever moves the alias at the same time makes this fail, instead of being overruled.
          RevisionId: revision,
        }),
      );
    },
    ask: async (stage, host, path) => {
      const { Payload, FunctionError } = await client.send(
        new InvokeCommand({
          FunctionName: name,
          Qualifier: stage,
          Payload: JSON.stringify(event(host, path)),
        }),
      );
      const parsed = answerSchema.safeParse(readJson(Payload));
      if (FunctionError !== undefined || !parsed.success) return { status: 500, bundle: undefined };
      return { status: parsed.data.statusCode, bundle: parsed.data.headers['x-bundle'] };
    },
    prune: async (keep) => {
      const aliased = new Set<string>();
      for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName: name })) {
        for (const alias of Aliases) {
          const { version, before } = stateOf(alias);
          aliased.add(version);
          // What a rollback would go back to.
          if (before !== null) aliased.add(before);
        }
      }
      const all = (await versions()).map(({ version }) => version);
      const newest = new Set(all.slice(-keep));
      const old = all.filter((version) => !newest.has(version) && !aliased.has(version));
      for (const version of old) {
        await client.send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: version }));
      }
      return old;
    },
  };
}

function stateOf({ FunctionVersion = '', Description = '', RevisionId }: AliasConfiguration): AliasState {
  const [, release = null, before = null] = DESCRIPTION.exec(Description) ?? [];
  return { version: FunctionVersion, release, before, revision: RevisionId };
}

function descriptionOf(release: string | null, before: string | null): string {
  if (release === null) return '';
  return before === null ? `release ${release}` : `release ${release} before ${before}`;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ResourceNotFoundException';

function readJson(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What API Gateway would send: payload format 2.0, of the stage `live`. */
function event(host: string, path: string): unknown {
  const now = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host, accept: '*/*', 'user-agent': 'isochrone-release' },
    requestContext: {
      accountId: 'release',
      apiId: 'release',
      domainName: host,
      domainPrefix: host.split('.', 1)[0],
      http: {
        method: 'GET',
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'isochrone-release',
      },
      requestId: 'isochrone-release',
      routeKey: '$default',
      stage: 'live',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    isBase64Encoded: false,
  };
}
