import { Stack, Validations } from 'aws-cdk-lib';
import type { CfnEIP } from 'aws-cdk-lib/aws-ec2';
import { Effect, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface EdgeRoleProps {
  readonly instance: string;
  readonly address: CfnEIP;
  readonly releaseParameter: string;
  readonly certificateSecret: string;
  readonly logGroup: string;
  /** Objects of the release. */
  readonly objects: readonly string[];
}

/** What one edge may do: fetch its own release, take its own address, say how it is. */
export class EdgeRole extends Construct {
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: EdgeRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    this.role = role;
    const allow = (
      actions: string[],
      resources: string[],
      conditions?: Record<string, Record<string, string>>,
    ): void => {
      role.addToPolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions,
          resources,
          ...(conditions ? { conditions } : {}),
        }),
      );
    };
    const arn = (service: string, resource: string): string =>
      `arn:aws:${service}:${stack.region}:${stack.account}:${resource}`;
    const itself = { StringEquals: { 'aws:ResourceTag/isochrone:instance': props.instance } };

    allow(['ssm:GetParameter'], [arn('ssm', `parameter${props.releaseParameter}`)]);
    allow(['s3:GetObject'], [...props.objects]);
    allow(
      ['secretsmanager:GetSecretValue'],
      [arn('secretsmanager', `secret:${props.certificateSecret}-??????`)],
    );
    allow(['ec2:AssociateAddress'], [arn('ec2', `elastic-ip/${props.address.attrAllocationId}`)]);
    allow(['ec2:AssociateAddress'], [arn('ec2', 'instance/*'), arn('ec2', 'network-interface/*')], itself);
    allow(['cloudformation:SignalResource'], [stack.stackId]);
    allow(
      ['autoscaling:CompleteLifecycleAction'],
      [arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${props.instance}`)],
    );
    allow(['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': 'Isochrone/Edge' },
    });
    allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [arn('logs', `log-group:${props.logGroup}:*`)],
    );
    // Session Manager's part of AmazonSSMManagedInstanceCore, which would also read every parameter of the account.
    allow(
      [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      ['*'],
    );
    const reasons: readonly (readonly [finding: string, reason: string])[] = [
      [
        'Resource::*',
        'Session Manager and PutMetricData take no resource; the metrics are held to one namespace',
      ],
      [
        `Resource::${arn('secretsmanager', `secret:${props.certificateSecret}-??????`)}`,
        'Secrets Manager ends every ARN with six letters of its own',
      ],
      [
        `Resource::${arn('ec2', 'instance/*')}`,
        'held to this instance by its tag: its id is not known before it runs',
      ],
      [
        `Resource::${arn('ec2', 'network-interface/*')}`,
        'held to this instance by its tag: its id is not known before it runs',
      ],
      [
        `Resource::${arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${props.instance}`)}`,
        'the group by its name; its id is not known before it exists',
      ],
      [`Resource::${arn('logs', `log-group:${props.logGroup}:*`)}`, 'the streams of one log group'],
    ];
    for (const [finding, reason] of reasons)
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
  }
}
