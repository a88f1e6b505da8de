/** What `GET /world` answers, and what world.json keeps. */
export interface WorldDescription {
  readonly ready: boolean;
  /** Process id of the supervisor. */
  readonly pid: number;
  /** Origin of the public name, without a trailing slash. */
  readonly publicUrl: string;
  /** The sample account's script under the public name. */
  readonly scriptUrl: string;
  /** Path of the local authority's certificate, PEM. */
  readonly ca: string;
  readonly dns: { readonly address: string; readonly port: number };
  /** Where names lead that are asked for on this machine. */
  readonly frontDoor: { readonly address: string; readonly port: number };
  readonly account: string;
  readonly publishKey: string;
  /** The global table: a store of DynamoDB's protocol in each region. */
  readonly table: {
    readonly name: string;
    /** The region where accounts are written that name no other. */
    readonly home: string;
    /** URLs by region. */
    readonly endpoints: Readonly<Record<string, string>>;
    /** What a write takes to the other regions. */
    readonly replicationLagMs: number;
  };
  /** Lambda's API for the functions of every region: AWS_ENDPOINT_URL_LAMBDA. */
  readonly lambda: { readonly endpoint: string };
  /** The sample tour's address; its document is at `/draft` under it. */
  readonly publish: { readonly url: string };
  readonly sampleSite: string;
  /** What intervals, TTLs and drain waits are divided by. */
  readonly timeScale: number;
  readonly regions: readonly RegionDescription[];
}

export interface RegionDescription {
  readonly name: string;
  readonly api: { readonly host: string; readonly address: string; readonly port: number };
  readonly proxies: readonly {
    readonly name: string;
    readonly host: string;
    readonly address: string;
    readonly port: number;
    readonly engine: string;
    readonly pid: number | null;
    /** What its Route 53 health check says. */
    readonly healthy: boolean;
  }[];
}
