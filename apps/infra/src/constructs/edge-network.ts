import { Fn, Tags, Validations } from 'aws-cdk-lib';
import {
  CfnInternetGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';

const EVERYWHERE = '0.0.0.0/0';
const NETWORK = '10.77.0.0/24';
const SUBNETS = ['10.77.0.0/25', '10.77.0.128/25'] as const;

/**
 * Two public subnets in two zones, and a firewall that lets visitors in and updates out. The zones are whichever the
 * account calls first: which letters it has differs, and is looked up by CloudFormation when it deploys.
 */
export class EdgeNetwork extends Construct {
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  /** What a machine needs on its way out. */
  readonly connected: readonly IDependable[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const vpc = new CfnVPC(this, 'Vpc', {
      cidrBlock: NETWORK,
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'every request is in the access log of its proxy; flow logs of a public edge would repeat them at several times the cost',
    });
    const gateway = new CfnInternetGateway(this, 'Gateway');
    const attachment = new CfnVPCGatewayAttachment(this, 'Attachment', {
      vpcId: vpc.ref,
      internetGatewayId: gateway.ref,
    });
    const routeTable = new CfnRouteTable(this, 'Routes', { vpcId: vpc.ref });
    const route = new CfnRoute(this, 'Out', {
      routeTableId: routeTable.ref,
      destinationCidrBlock: EVERYWHERE,
      gatewayId: gateway.ref,
    });
    route.addResourceDependency(attachment);
    const subnets = SUBNETS.map((cidrBlock, zone) => {
      const subnet = new CfnSubnet(this, `Subnet${zone + 1}`, {
        vpcId: vpc.ref,
        cidrBlock,
        availabilityZone: Fn.select(zone, Fn.getAzs()),
        mapPublicIpOnLaunch: true,
      });
      const association = new CfnSubnetRouteTableAssociation(this, `Association${zone + 1}`, {
        subnetId: subnet.ref,
        routeTableId: routeTable.ref,
      });
      return { subnet, association };
    });
    this.subnetIds = subnets.map(({ subnet }) => subnet.ref);
    this.connected = [route, ...subnets.map(({ association }) => association)];
    this.securityGroupId = this.#firewall(vpc);
    Tags.of(this).add('Name', 'isochrone-edge');
  }

  #firewall(vpc: CfnVPC): string {
    const rule = (port: number, description: string) => ({
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      cidrIp: EVERYWHERE,
      description,
    });
    const group = new CfnSecurityGroup(this, 'Firewall', {
      vpcId: vpc.ref,
      groupDescription: 'Visitors in; updates, AWS and the regional APIs out',
      securityGroupIngress: [rule(443, 'visitors'), rule(80, 'visitors')],
      securityGroupEgress: [rule(443, 'APIs and AWS'), rule(80, 'package updates')],
    });
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC23',
      reason: 'visitors come from anywhere, to ports 80 and 443 alone',
    });
    return group.attrGroupId;
  }
}
