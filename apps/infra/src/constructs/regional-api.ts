import type { FunctionJob } from '@isochrone/topology';
import { Arn, ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpIntegrationType,
  HttpMethod,
  HttpRoute,
  HttpRouteIntegration,
  type HttpRouteIntegrationConfig,
  HttpRouteKey,
  HttpStage,
  IpAddressType,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { pascal, type Stage, stages } from '../names.ts';
import { aliasesOf, type TourFunction } from './tour-function.ts';

export interface RegionalApiProps {
  readonly apiName: string;
  readonly functions: Readonly<Record<FunctionJob, TourFunction>>;
  readonly certificate: ICertificate;
  /** Every hostname of the API, by the stage that answers it. */
  readonly hostnames: Readonly<Record<Stage, readonly string[]>>;
  readonly logRetention: RetentionDays;
}

/**
 * What one stage lets through, per second and at once. An account has 10,000 per second in most regions and 2,500
 * in a few: staging must not spend what live needs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const throttles: Readonly<Record<Stage, { readonly rateLimit: number; readonly burstLimit: number }>> = {
  live: { rateLimit: 2_000, burstLimit: 1_000 },
  staging: { rateLimit: 50, burstLimit: 50 },
};

/** API Gateway waits a little longer than the function may take, so that the function's own timeout is what is seen. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

/** One HTTP API with a stage for each alias, reachable by its custom domains alone. */
export class RegionalApi extends Construct {
  readonly api: HttpApi;
  readonly domains: ReadonlyMap<string, DomainName>;
  /** Hostnames answer once their mapping stands. */
  readonly mappings: ReadonlyMap<string, ApiMapping>;

  constructor(scope: Construct, id: string, props: RegionalApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: props.apiName,
      createDefaultStage: false,
      disableExecuteApiEndpoint: true,
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    const routes = [
      ...this.api.addRoutes({
        path: '/v1/{proxy+}',
        methods: [HttpMethod.ANY],
        integration: new AliasIntegration('Publishing', props.functions.publishing),
      }),
      new HttpRoute(this, 'Delivery', {
        httpApi: this.api,
        routeKey: HttpRouteKey.DEFAULT,
        integration: new AliasIntegration('Delivery', props.functions.delivery),
      }),
    ];
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'delivery is public by its purpose, and the publishing function judges the key of every request',
      });
    }
    const permissions = Object.values(props.functions).flatMap((job) => this.#permit(job));
    const mapped = stages.flatMap((stage) => {
      const apiStage = this.#stage(stage, props);
      return props.hostnames[stage].map((hostname) => this.#domain(hostname, apiStage, props.certificate));
    });
    // Whoever follows a hostname finds all of the API, not a part of it.
    for (const { mapping } of mapped) mapping.node.addDependency(...routes, ...permissions);
    this.domains = new Map(mapped.map(({ hostname, domain }) => [hostname, domain]));
    this.mappings = new Map(mapped.map(({ hostname, mapping }) => [hostname, mapping]));
  }

  #stage(stage: Stage, { apiName, logRetention }: RegionalApiProps): HttpStage {
    const destination = new LogGroup(this, `${pascal(stage)}Log`, {
      // API Gateway writes under this prefix without a resource policy that would grow with every API.
      logGroupName: `/aws/vendedlogs/${apiName}-${stage}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, pascal(stage), {
      httpApi: this.api,
      stageName: stage,
      autoDeploy: true,
      throttle: throttles[stage],
      stageVariables: { alias: stage },
      accessLogSettings: { destination: new LogGroupLogDestination(destination), format: accessLog },
    });
  }

  #domain(hostname: string, stage: HttpStage, certificate: ICertificate) {
    const name = pascal(hostname.split('.', 1)[0] ?? hostname);
    const domain = new DomainName(this, `${name}Domain`, {
      domainName: hostname,
      certificate,
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    const mapping = new ApiMapping(this, `${name}Mapping`, {
      api: this.api,
      domainName: domain,
      stage,
    });
    return { hostname, domain, mapping };
  }

  /** An alias has a policy of its own; that of the function does not reach it. */
  #permit(job: TourFunction): readonly CfnPermission[] {
    return aliasesOf(job).map(
      ([stage, alias]) =>
        new CfnPermission(job, `${pascal(stage)}Permission`, {
          action: 'lambda:InvokeFunction',
          functionName: alias.ref,
          principal: 'apigateway.amazonaws.com',
          sourceArn: Arn.format(
            { service: 'execute-api', resource: this.api.apiId, resourceName: `${stage}/*` },
            Stack.of(this),
          ),
        }),
    );
  }
}

/**
 * Invokes the alias that the stage's variable names: both stages share the routes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.stage-variables.html
 */
class AliasIntegration extends HttpRouteIntegration {
  readonly #job: TourFunction;

  constructor(id: string, job: TourFunction) {
    super(id);
    this.#job = job;
  }

  override bind(): HttpRouteIntegrationConfig {
    const { fn } = this.#job;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: API Gateway puts the stage's variable in
    const alias = '${stageVariables.alias}';
    return {
      type: HttpIntegrationType.AWS_PROXY,
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      timeout: INTEGRATION_TIMEOUT,
      uri: Stack.of(fn).formatArn({
        service: 'apigateway',
        account: 'lambda',
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        resource: 'path',
        resourceName: `2015-03-31/functions/${fn.functionArn}:${alias}/invocations`,
      }),
    };
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTimeEpoch',
    requestId: '$context.requestId',
    host: '$context.domainName',
    client: '$context.identity.sourceIp',
    method: '$context.httpMethod',
    path: '$context.path',
    route: '$context.routeKey',
    status: '$context.status',
    bytes: '$context.responseLength',
    msTotal: '$context.responseLatency',
    msIntegration: '$context.integrationLatency',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
  }),
);
