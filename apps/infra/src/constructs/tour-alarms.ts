import { type FunctionJob, functionJobs, type RegionName, type Topology } from '@isochrone/topology';
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { notify } from '../alarm-actions.ts';
import { pascal } from '../names.ts';
import type { TourFunction } from './tour-function.ts';

export interface TourAlarmsProps {
  readonly topology: Topology;
  readonly region: RegionName;
  readonly api: HttpApi;
  readonly functions: Readonly<Record<FunctionJob, TourFunction>>;
}

/** Share of the requests, in percent, that may fail before somebody is told. */
const MAX_5XX_PERCENT = 1;
/** Milliseconds; edges give an upstream 3 s for the head of its response. */
const MAX_P99_MS = 1_500;

/** What goes wrong in one region's API: errors, slowness, and requests that Lambda had no room for. */
export class TourAlarms extends Construct {
  constructor(scope: Construct, id: string, { topology, region, api, functions }: TourAlarmsProps) {
    super(scope, id);
    const ofApi = (metricName: string, statistic: string): Metric =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId: api.apiId, Stage: 'live' },
        statistic,
        period: Duration.minutes(1),
      });
    const alarm = (name: string, alarmDescription: string, metric: Metric, threshold: number): void => {
      const made = new Alarm(this, name, {
        alarmDescription,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 5,
        datapointsToAlarm: 3,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      notify(made, topology, region);
    };
    // The average of a metric that is 1 for a failure and 0 for all else is a share.
    alarm(
      'Errors',
      `More than ${MAX_5XX_PERCENT} % of ${region}'s answers are 5xx`,
      ofApi('5xx', 'Average'),
      MAX_5XX_PERCENT / 100,
    );
    alarm(
      'Slow',
      `The slowest 1 % of ${region}'s answers take more than ${MAX_P99_MS} ms`,
      ofApi('Latency', 'p99'),
      MAX_P99_MS,
    );
    for (const job of functionJobs) {
      alarm(
        `${pascal(job)}Throttled`,
        `Lambda had no room for ${job} in ${region}`,
        functions[job].fn.metricThrottles({ period: Duration.minutes(1), statistic: 'Sum' }),
        0,
      );
    }
  }
}
