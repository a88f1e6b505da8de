import { dnsPlan, type HealthCheck, type Topology } from '@isochrone/topology';
import { CfnCondition, CfnParameter, Duration, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { notify } from './alarm-actions.ts';
import { healthCheckParameter, pascal } from './names.ts';

/** Route 53 keeps the figures of its health checks here alone. */
export const WATCH_REGION = 'us-east-1';

/** No id that Route 53 gives. */
const UNKNOWN = 'unknown';

export interface WatchStackProps extends StackProps {
  readonly topology: Topology;
}

/**
 * One alarm for each health check. The checks belong to the regions' stacks and their ids are Route 53's, so each is a
 * parameter; an alarm exists once its check's id was passed.
 */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, { topology, ...props }: WatchStackProps) {
    super(scope, id, props);
    for (const check of dnsPlan(topology).healthChecks) this.#watch(topology, check);
  }

  #watch(topology: Topology, { id, owner }: HealthCheck): void {
    const parameter = new CfnParameter(this, healthCheckParameter(id), {
      type: 'String',
      default: UNKNOWN,
      description: `Id of the health check ${id}; an output of the stack in ${owner}`,
    });
    const known = new CfnCondition(this, `${healthCheckParameter(id)}Known`, {
      expression: Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, UNKNOWN)),
    });
    const alarm = new Alarm(this, `${pascal(id)}Unhealthy`, {
      alarmDescription: `Route 53 finds ${id} unhealthy`,
      metric: new Metric({
        namespace: 'AWS/Route53',
        metricName: 'HealthCheckStatus',
        dimensionsMap: { HealthCheckId: parameter.valueAsString },
        statistic: 'Minimum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.MISSING,
    });
    notify(alarm, topology, WATCH_REGION);
    const resource = alarm.node.defaultChild as CfnAlarm;
    resource.cfnOptions.condition = known;
  }
}
