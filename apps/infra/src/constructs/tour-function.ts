import type { FunctionJob } from '@isochrone/topology';
import { CfnParameter, type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnAlias,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { pascal, type Stage, stages, versionParameter } from '../names.ts';

export interface TourFunctionProps {
  readonly job: FunctionJob;
  readonly functionName: string;
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly tracing: boolean;
  readonly reservedConcurrency?: number | undefined;
  readonly logRetention: RetentionDays;
  /** What it may do, besides writing its own log. */
  readonly statements: readonly PolicyStatement[];
}

/**
 * One function with its published versions and an alias for each stage. Which version an alias points at is a
 * parameter: whoever deploys passes what stands there, so that a stack update moves no traffic.
 */
export class TourFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly aliases: Readonly<Record<Stage, CfnAlias>>;

  constructor(scope: Construct, id: string, props: TourFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logging = logGroup.grantWrite(role);
    for (const statement of props.statements) role.addToPolicy(statement);

    this.fn = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      code: Code.fromAsset(props.bundle, { exclude: ['*.map'] }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      environment: { ...props.environment },
      role,
      logGroup,
      ...(props.tracing ? { tracing: Tracing.ACTIVE } : {}),
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      // A version that left the template may still be what an alias points at.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    logging.applyBefore(this.fn);
    if (props.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'xray:PutTraceSegments and PutTelemetryRecords take no resource',
      });
    }
    this.aliases = { live: this.#alias(props.job, 'live'), staging: this.#alias(props.job, 'staging') };
  }

  #alias(job: FunctionJob, stage: Stage): CfnAlias {
    const version = new CfnParameter(this, `${pascal(stage)}Version`, {
      type: 'String',
      default: '1',
      allowedPattern: '[1-9][0-9]*',
      description: `Version of ${job} that the alias ${stage} points at: pass what stands there. The first deployment publishes 1.`,
    });
    version.overrideLogicalId(versionParameter(job, stage));
    const alias = new CfnAlias(this, pascal(stage), {
      name: stage,
      functionName: this.fn.functionName,
      functionVersion: version.valueAsString,
    });
    alias.node.addDependency(this.fn.currentVersion);
    return alias;
  }
}

/** Every alias of a function, in the order of the stages. */
export const aliasesOf = ({ aliases }: TourFunction): readonly (readonly [Stage, CfnAlias])[] =>
  stages.map((stage) => [stage, aliases[stage]]);
