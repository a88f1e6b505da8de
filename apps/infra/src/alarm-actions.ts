import type { Topology } from '@isochrone/topology';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';

/** Where alarms of a region go; an alarm can only notify a topic of its own region. */
export const topicArn = ({ alarms }: Topology, region: string): string | undefined =>
  alarms.topicArn?.replace('{region}', region);

/** Has the topology's topic told when the alarm starts and when it ends. */
export function notify(alarm: Alarm, topology: Topology, region: string): void {
  const alarmActionArn = topicArn(topology, region);
  if (alarmActionArn === undefined) return;
  const action = { bind: () => ({ alarmActionArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}
