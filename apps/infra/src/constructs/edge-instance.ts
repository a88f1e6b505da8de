import { instanceName, productionSettings } from '@isochrone/config-gen';
import type { ProxyInstance, Topology } from '@isochrone/topology';
import { Fn, Stack, Tags, Validations } from 'aws-cdk-lib';
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { CfnEIP, CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile } from 'aws-cdk-lib/aws-iam';
import { CfnParameter as SsmParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { EdgeRelease } from '../edge-release.ts';
import { certificateSecretName, edgeLogGroupName, releaseParameterName } from '../names.ts';
import { nodeArchive } from '../node-archive.ts';
import { publishFile } from '../publish-file.ts';
import { bootTimeouts, renderUserData } from '../user-data.ts';
import type { EdgeNetwork } from './edge-network.ts';
import { EdgeRole } from './edge-role.ts';

export interface EdgeInstanceProps {
  readonly topology: Topology;
  readonly instance: ProxyInstance;
  readonly network: EdgeNetwork;
  readonly release: EdgeRelease;
  /** The AMI. */
  readonly imageId: string;
}

/** The time that a stack waits for a machine to answer: what the machine waits for, and its installation. */
const SIGNAL_TIMEOUT_MINUTES = Math.ceil((bootTimeouts.release + bootTimeouts.health) / 60) + 10;
/** Seconds beyond the drain after which the group no longer waits for a machine that is to go. */
const LEAVE_SLACK = 60;

/** One edge: a group of one, so that a lost machine is replaced, and an address that goes to whoever replaces it. */
export class EdgeInstance extends Construct {
  readonly group: CfnAutoScalingGroup;
  readonly address: string;

  constructor(scope: Construct, id: string, props: EdgeInstanceProps) {
    super(scope, id);
    const { topology, instance, network } = props;
    const name = instanceName(instance);
    const eip = new CfnEIP(this, 'Address', { domain: 'vpc', tags: [{ key: 'Name', value: name }] });
    eip.node.addDependency(...network.connected);
    this.address = eip.ref;

    const { parameter, objects } = this.#release(topology, instance, props.release);
    const { role } = new EdgeRole(this, 'Access', {
      instance: name,
      address: eip,
      releaseParameter: releaseParameterName(topology, instance),
      certificateSecret: certificateSecretName(topology),
      logGroup: edgeLogGroupName(topology),
      objects,
    });
    // The new release must be readable before it is named.
    parameter.node.addDependency(role);
    const profile = new CfnInstanceProfile(this, 'Profile', { roles: [role.roleName] });

    this.group = new CfnAutoScalingGroup(this, 'Group', {
      autoScalingGroupName: name,
      minSize: '1',
      maxSize: '1',
      vpcZoneIdentifier: [...network.subnetIds],
      healthCheckType: 'EC2',
      healthCheckGracePeriod: SIGNAL_TIMEOUT_MINUTES * 60,
      lifecycleHookSpecificationList: [
        {
          lifecycleHookName: 'drain',
          lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          heartbeatTimeout: topology.edge.drain + LEAVE_SLACK,
          defaultResult: 'CONTINUE',
        },
      ],
    });
    // No update policy: replacing is `drain, wait, replace, verify`, which CloudFormation does not do for a group of one.
    this.group.cfnOptions.creationPolicy = {
      resourceSignal: { count: 1, timeout: `PT${SIGNAL_TIMEOUT_MINUTES}M` },
    };
    const template = this.#template(props, profile.ref, eip);
    this.group.launchTemplate = { launchTemplateId: template.ref, version: template.attrLatestVersionNumber };
    // What the machine needs as soon as it runs, and CloudFormation cannot see from its user data.
    this.group.node.addDependency(role, parameter, ...network.connected);
    Tags.of(this.group).add('Name', name);
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason: `a machine that is lost or replaced shows in the health check of ${name}, which Watch alarms on`,
    });
  }

  /** The files in the bucket of the region's assets, and the parameter that says which manifest is current. */
  #release(topology: Topology, instance: ProxyInstance, { files, manifest }: EdgeRelease) {
    const stack = Stack.of(this);
    const published = [...files, manifest].map((file) => publishFile(stack, file));
    const { bucketName } = publishFile(stack, manifest);
    const parameter = new SsmParameter(this, 'Release', {
      name: releaseParameterName(topology, instance),
      type: 'String',
      value: `s3://${bucketName}/${manifest.key}`,
      description: `The release of ${instance.hostname}`,
    });
    return { parameter, objects: published.map(({ objectArn }) => objectArn) };
  }

  #template(
    { topology, instance, network, imageId }: EdgeInstanceProps,
    profile: string,
    eip: CfnEIP,
  ): CfnLaunchTemplate {
    const name = instanceName(instance);
    const tags = [
      { key: 'Name', value: name },
      // The instance's role is held to what carries this tag.
      { key: 'isochrone:instance', value: name },
    ];
    const stack = Stack.of(this);
    return new CfnLaunchTemplate(this, 'Template', {
      launchTemplateData: {
        imageId,
        instanceType: topology.edge.instanceType,
        iamInstanceProfile: { name: profile },
        metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 },
        monitoring: { enabled: true },
        networkInterfaces: [
          // The automatic address is for the way out until the Elastic IP takes its place.
          { deviceIndex: 0, associatePublicIpAddress: true, groups: [network.securityGroupId] },
        ],
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: { volumeSize: 8, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
          },
        ],
        tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
          resourceType,
          tags,
        })),
        userData: Fn.base64(
          renderUserData({
            engine: instance.engine,
            region: stack.region,
            hostname: instance.hostname,
            instance: name,
            releaseParameter: releaseParameterName(topology, instance),
            certificateSecret: certificateSecretName(topology),
            allocationId: eip.attrAllocationId,
            group: name,
            stack: stack.stackName,
            resource: stack.getLogicalId(this.group),
            logGroup: edgeLogGroupName(topology),
            drain: topology.edge.drain,
            adminSocket: productionSettings.adminSocket,
            healthAddress: `127.0.0.1:${productionSettings.bind.port}`,
            node: nodeArchive,
          }),
        ),
      },
    });
  }
}
