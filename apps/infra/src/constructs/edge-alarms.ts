import { instanceName } from '@isochrone/config-gen';
import type { ProxyInstance, Topology } from '@isochrone/topology';
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { notify } from '../alarm-actions.ts';

/** A certificate is renewed well before; who is told now has time left. */
const MIN_CERTIFICATE_DAYS = 21;
/** CPU credits of a burstable machine: below this it is about to be slowed down, or to cost more. */
const MIN_CPU_CREDITS = 30;

/** What goes wrong on one machine before DNS notices. */
export class EdgeAlarms extends Construct {
  constructor(scope: Construct, id: string, topology: Topology, instance: ProxyInstance) {
    super(scope, id);
    const name = instanceName(instance);
    const group = { AutoScalingGroupName: name };
    const status = new Alarm(this, 'Status', {
      alarmDescription: `EC2 finds the machine of ${name} impaired`,
      metric: new Metric({
        namespace: 'AWS/EC2',
        metricName: 'StatusCheckFailed',
        dimensionsMap: group,
        statistic: 'Maximum',
        period: Duration.minutes(1),
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.MISSING,
    });
    const certificate = new Alarm(this, 'Certificate', {
      alarmDescription: `The certificate of ${name} ends in less than ${MIN_CERTIFICATE_DAYS} days, or the machine does not say`,
      metric: new Metric({
        namespace: 'Isochrone/Edge',
        metricName: 'CertificateDaysLeft',
        dimensionsMap: { Instance: name },
        statistic: 'Minimum',
        period: Duration.hours(2),
      }),
      threshold: MIN_CERTIFICATE_DAYS,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const alarms = [status, certificate];
    if (topology.edge.instanceType.startsWith('t')) {
      alarms.push(
        new Alarm(this, 'Credits', {
          alarmDescription: `${name} is running out of CPU credits`,
          metric: new Metric({
            namespace: 'AWS/EC2',
            metricName: 'CPUCreditBalance',
            dimensionsMap: group,
            statistic: 'Minimum',
            period: Duration.minutes(5),
          }),
          threshold: MIN_CPU_CREDITS,
          comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
          evaluationPeriods: 3,
          treatMissingData: TreatMissingData.MISSING,
        }),
      );
    }
    for (const alarm of alarms) notify(alarm, topology, instance.region);
  }
}
