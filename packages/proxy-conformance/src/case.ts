import type { EdgeErrorReason } from '@isochrone/config-gen';
import type { UpstreamRequest } from './upstream/requests.ts';
import type { Script } from './upstream/script.ts';
import type { Http2Request } from './wire/http2-client.ts';
import type { RawRequest } from './wire/raw-client.ts';
import type { World, WorldOptions } from './world/world.ts';

/** `$PATH` in a case's texts is a path that no other case uses; `$ID` its only segment. */
export type CaseRequest =
  | (RawRequest & { readonly over?: 'http/1.1' })
  | (Http2Request & { readonly over: 'h2' });

/**
 * A value, a pattern, several fields of that name in this order; null: no such field; `not`: none with such a value.
 */
export type ExpectedField = string | RegExp | readonly (string | RegExp)[] | null | { readonly not: RegExp };

export interface ExpectedClient {
  /** Several where the standard leaves a choice. */
  readonly status: number | readonly number[];
  /** An error of the edge's own: `x-edge-reason` and the problem's body. */
  readonly reason?: EdgeErrorReason;
  readonly fields?: Readonly<Record<string, ExpectedField>>;
  readonly body?: string | Buffer | RegExp;
  readonly trailers?: 'none';
  /** Whether the edge hangs up after its answer. */
  readonly closes?: boolean;
  /** Whether the response must break off instead of coming to its end. */
  readonly aborted?: boolean;
}

/** `nothing`: the request must not reach an upstream. */
export type ExpectedUpstream =
  | 'nothing'
  | {
      /** `GET $PATH HTTP/1.1` */
      readonly requestLine?: string | RegExp;
      readonly fields?: Readonly<Record<string, ExpectedField>>;
      readonly body?: string | Buffer;
      /** Anything else about it; throws where it is wrong. */
      readonly also?: (request: UpstreamRequest) => void;
    };

/** One request: what is sent, what the own region's upstream sees and answers, what the client gets. */
export interface ExchangeCase {
  readonly name: string;
  readonly request: CaseRequest;
  /** What the upstream answers; 200 and the name of its region where absent. */
  readonly upstream?: Script;
  /** Where absent: one request, or nothing where the edge answers with a reason of its own. */
  readonly expectUpstream?: ExpectedUpstream;
  readonly expectClient: ExpectedClient;
  /**
   * Whether the edge may refuse it instead: with 4xx, 501 or 505, or by hanging up, and with no whole request at an
   * upstream. For what RFC 9112 lets a recipient either refuse or put into its one right form.
   */
  readonly orRefused?: boolean;
  /** A world that other cases share, by name; `plain` where absent. */
  readonly world?: SharedWorld;
}

/** What takes more than one request. Throws where the edge does wrong. */
export interface ScenarioCase {
  readonly name: string;
  /** A shared world, or how one of its own differs; a shared one must be left as it was found. */
  readonly world: SharedWorld | WorldOptions;
  /**
   * `loads`: it loads the machine, and therefore runs alone. `waits`: it waits for some time-out and does nothing
   * meanwhile, so that any number of such cases run side by side.
   */
  readonly pace?: 'loads' | 'waits';
  readonly scenario: (world: World, id: string) => Promise<void>;
}

export type ProxyCase = ExchangeCase | ScenarioCase;

/** Worlds that cases share, because starting one takes longer than asking it something. */
export const sharedWorlds = {
  /** Production's settings. */
  plain: {},
  /** The public port is not 443, and plain HTTP is redirected. */
  redirecting: { settings: { publicPort: 8443, plainHttp: 'redirect' } },
  /** One region, nobody to fall back to. */
  alone: { regions: ['us-east-1'] },
} as const satisfies Readonly<Record<string, WorldOptions>>;

export type SharedWorld = keyof typeof sharedWorlds;
