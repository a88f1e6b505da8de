import { createHash, randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { invalid, missing, Refusal } from './refusal.ts';

/** What runs the code of one version. */
export interface Runnable {
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Deployed {
  /** Version 1, at which the aliases `live` and `staging` point. */
  readonly first: Runnable;
  /** Runs code that was uploaded. */
  readonly run: (version: string, files: Readonly<Record<string, Uint8Array>>) => Runnable;
  /** Seconds, after which an invocation through Lambda's API has failed. */
  readonly timeout: number;
}

export interface VersionState {
  readonly version: string;
  /** SHA-256 of the archive, base64. */
  readonly codeSha256: string;
}

export interface AliasState {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Changes with every change of the alias. */
  readonly revision: string;
}

export interface AliasChange {
  readonly version: string;
  readonly description: string;
  /** The change is refused where the alias has another one by now. */
  readonly revision: string | undefined;
}

/** A function with versions and aliases, as Lambda keeps them. What it refuses, it throws as Lambda says it. */
export interface DeployedFunction {
  readonly timeout: number;
  versions(): readonly VersionState[];
  /** @param qualifier `$LATEST` or the number of a version */
  version(qualifier: string): VersionState;
  aliases(): readonly AliasState[];
  alias(name: string): AliasState;
  upload(zip: Uint8Array): VersionState;
  /** @param codeSha256 refuses other code than this, where given */
  publish(codeSha256: string | undefined): VersionState;
  point(name: string, change: AliasChange): AliasState;
  /** Refuses a version that an alias points at. */
  remove(version: string): Promise<void>;
  /** @param qualifier an alias or the number of a version */
  invoke(qualifier: string, event: unknown): Promise<unknown>;
  /** Forgets every version but the first, to which both aliases point again. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

interface Version {
  readonly codeSha256: string;
  readonly runnable: Runnable;
}

const LATEST = '$LATEST';
const FIRST = '1';
const ALIASES = ['live', 'staging'] as const;

export function deployFunction({ first, run, timeout }: Deployed): DeployedFunction {
  const initial = { codeSha256: digestOf('first'), runnable: first };
  let versions = new Map<string, Version>([[FIRST, initial]]);
  let aliases = initialAliases();
  let uploaded: { readonly codeSha256: string; readonly files: Record<string, Uint8Array> } | undefined;
  let next = 2;

  const stateOf = (version: string, { codeSha256 }: Version): VersionState => ({ version, codeSha256 });
  const latest = (): VersionState => ({ version: LATEST, codeSha256: (uploaded ?? initial).codeSha256 });
  const found = (qualifier: string): Version => {
    const version = versions.get(qualifier);
    if (version === undefined) throw missing(`Function version not found: ${qualifier}`);
    return version;
  };
  const alias = (name: string): AliasState => {
    const state = aliases.get(name);
    if (state === undefined) throw missing(`Alias not found: ${name}`);
    return state;
  };

  return {
    timeout,
    alias,
    aliases: () => [...aliases.values()],
    versions: () => [latest(), ...[...versions].map(([number, version]) => stateOf(number, version))],
    version: (qualifier) => (qualifier === LATEST ? latest() : stateOf(qualifier, found(qualifier))),
    upload: (zip) => {
      uploaded = { codeSha256: digestOf(zip), files: unpacked(zip) };
      return latest();
    },
    publish: (codeSha256) => {
      const { codeSha256: own } = latest();
      if (codeSha256 !== undefined && codeSha256 !== own)
        throw invalid(`CodeSHA256 (${codeSha256}) is different from current CodeSHA256 in $LATEST (${own})`);
      const newest = [...versions].at(-1);
      // As Lambda does: code that has not changed since the last version makes no other.
      if (uploaded === undefined || newest?.[1].codeSha256 === own)
        return stateOf(...(newest ?? [FIRST, initial]));
      const number = String(next);
      next += 1;
      versions.set(number, { codeSha256: own, runnable: run(number, uploaded.files) });
      return stateOf(number, found(number));
    },
    point: (name, { version, description, revision }) => {
      const before = alias(name);
      if (revision !== undefined && revision !== before.revision) {
        throw new Refusal(
          412,
          'PreconditionFailedException',
          'The RevisionId provided does not match the latest RevisionId',
        );
      }
      found(version);
      const after = { name, version, description, revision: randomUUID() };
      aliases.set(name, after);
      return after;
    },
    remove: async (number) => {
      const { runnable } = found(number);
      const pointing = [...aliases.values()].find(({ version }) => version === number);
      if (pointing !== undefined)
        throw new Refusal(
          409,
          'ResourceConflictException',
          `Alias ${pointing.name} points at version ${number}`,
        );
      versions.delete(number);
      // A reset comes back to the first one.
      if (runnable !== first) await runnable.stop();
    },
    invoke: (qualifier, event) => found(aliases.get(qualifier)?.version ?? qualifier).runnable.invoke(event),
    reset: async () => {
      const others = [...versions.values()].filter(({ runnable }) => runnable !== first);
      versions = new Map([[FIRST, initial]]);
      aliases = initialAliases();
      uploaded = undefined;
      await Promise.all(others.map(({ runnable }) => runnable.stop()));
    },
    stop: async () => {
      const runnables = new Set([first, ...[...versions.values()].map(({ runnable }) => runnable)]);
      await Promise.all([...runnables].map((runnable) => runnable.stop()));
    },
  };
}

const initialAliases = (): Map<string, AliasState> =>
  new Map(ALIASES.map((name) => [name, { name, version: FIRST, description: '', revision: randomUUID() }]));

const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64');

function unpacked(zip: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(zip);
  } catch {
    throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}
