import { join } from 'node:path';
import type { UnexpectedExit } from '@isochrone/engines';
import type { DeployedFunction } from '@isochrone/lambda-service';
import {
  apiHostname,
  type FunctionJob,
  functionJobs,
  functionName,
  functionTimeout,
  publicHostname,
  type RegionName,
  stagingApiHostname,
  type Topology,
} from '@isochrone/topology';
import type { Endpoint } from './address-plan.ts';
import { type Gateway, type GatewayTrouble, type Invoke, type SniPolicy, startGateway } from './gateway.ts';
import { gatewayResponse } from './gateway-response.ts';
import { type ReleasedFunction, releasedFunction } from './released-function.ts';

export interface RegionApiOptions {
  readonly topology: Topology;
  readonly region: RegionName;
  readonly bind: Endpoint;
  readonly certificate: string;
  readonly executeApiCertificate: string;
  readonly sniPolicy: SniPolicy;
  /** Folder of the built functions. */
  readonly bundles: string;
  /** Folder for the code of what is released. */
  readonly released: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Options for Node, by function name. */
  readonly execArgv: (name: string) => readonly string[];
  readonly log: (name: string) => (line: string) => void;
  readonly onExit: (exit: UnexpectedExit) => void;
  readonly trouble: () => GatewayTrouble;
  /** Told of every request that the publishing function granted and that changed something. */
  readonly onPublish: (request: { readonly method: string; readonly path: string }) => void;
}

/** A region's API Gateway and the functions behind it. */
export interface RegionApi {
  readonly region: RegionName;
  readonly endpoint: Endpoint;
  /** By name, as on Lambda. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  /** Ends every connection, so that the next request meets what has changed. */
  reset(): void;
  moveTo(endpoint: Endpoint): Promise<void>;
  /** Takes the built functions from disk anew. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Names of the functions of a region, as `--inspect` takes them. */
export const functionNames = (region: RegionName): readonly string[] =>
  functionJobs.map((job) => processName(job, region));

const processName = (job: FunctionJob, region: RegionName): string => `${job}-${region}`;

/** @throws LocalError LOCAL_ADDRESS_IN_USE */
export async function startRegionApi(options: RegionApiOptions): Promise<RegionApi> {
  const { topology, region, bind, certificate, executeApiCertificate, sniPolicy } = options;
  const delivery = functionOf('delivery', options);
  const publishing = functionOf('publishing', options);
  await using starting = new AsyncDisposableStack();
  starting.defer(() => delivery.deployed.stop());
  starting.defer(() => publishing.deployed.stop());
  const gateway: Gateway = await startGateway({
    bind,
    certificate,
    executeApiCertificate,
    sniPolicy,
    trouble: options.trouble,
    log: options.log(`gateway-${region}`),
    domains: customDomains(topology, region),
    routes: [
      {
        routeKey: 'ANY /v1/{proxy+}',
        pathPrefix: '/v1/',
        invoke: telling(invokingStage(publishing), options.onPublish),
      },
      { routeKey: '$default', pathPrefix: '', invoke: invokingStage(delivery) },
    ],
  });
  starting.defer(() => gateway.close());
  await delivery.warm();
  const running = starting.move();
  return {
    region,
    get endpoint() {
      return gateway.endpoint;
    },
    functions: new Map([
      [functionName(topology, 'delivery'), delivery.deployed],
      [functionName(topology, 'publishing'), publishing.deployed],
    ]),
    reset: gateway.reset,
    moveTo: gateway.moveTo,
    reload: async () => {
      await Promise.all([delivery.reload(), publishing.reload()]);
    },
    stop: () => running.disposeAsync(),
  };
}

/** A stage of the API leads to the alias of the same name. */
const invokingStage =
  ({ deployed }: ReleasedFunction): Invoke =>
  (event) =>
    deployed.invoke(event.requestContext.stage, event);

function telling(invoke: Invoke, onPublish: RegionApiOptions['onPublish']): Invoke {
  return async (event) => {
    const result = await invoke(event);
    const { method, path } = event.requestContext.http;
    const { status } = gatewayResponse(result);
    if (method !== 'GET' && method !== 'HEAD' && status >= 200 && status < 300) onPublish({ method, path });
    return result;
  };
}
/** What a terminal may carry and a function must not see. */
const ownOfTheDeveloper = { AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined, NODE_OPTIONS: undefined };

function functionOf(job: FunctionJob, options: RegionApiOptions): ReleasedFunction {
  const name = processName(job, options.region);
  return releasedFunction({
    name,
    bundle: join(options.bundles, job, 'index.mjs'),
    released: join(options.released, name),
    timeout: functionTimeout[job],
    env: {
      ...ownOfTheDeveloper,
      ...options.environment,
      AWS_REGION: options.region,
      AWS_LAMBDA_FUNCTION_NAME: name,
    },
    execArgv: options.execArgv(name),
    log: options.log(name),
    onExit: options.onExit,
  });
}

/** The custom domain names of a region's API and the stages behind them. */
function customDomains(topology: Topology, region: RegionName): ReadonlyMap<string, string> {
  return new Map([
    [apiHostname(topology, region), 'live'],
    [stagingApiHostname(topology, region), 'staging'],
    ...(topology.ingress === 'direct' ? [[publicHostname(topology), 'live'] as const] : []),
  ]);
}
