import { type Topology, tableName } from '@isochrone/topology';
import { RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { certificateSecretName } from './names.ts';

export interface DataStackProps extends StackProps {
  readonly topology: Topology;
}

/** What all regions share: the table, and the place of the edges' certificate. It stands in `home`. */
export class DataStack extends Stack {
  constructor(scope: Construct, id: string, { topology, ...props }: DataStackProps) {
    super(scope, id, props);
    const others = topology.regions.map(({ name }) => name).filter((name) => name !== topology.home);
    new TableV2(this, 'Table', {
      tableName: tableName(topology),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // Idempotency keys and previews are forgotten by themselves.
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      replicas: others.map((region) => ({ region })),
    });
    if (topology.ingress === 'proxy') this.#certificate(topology, others);
  }

  /**
   * Without a value: the certificate, its chain and its key are put there by whoever issues it, as one PEM text, and
   * edges wait for it. A value in the template would be a private key in CloudFormation.
   */
  #certificate(topology: Topology, others: readonly string[]): void {
    const secret = new CfnSecret(this, 'EdgeCertificate', {
      name: certificateSecretName(topology),
      description: `Certificate, chain and key of the edges of ${topology.service}.${topology.domain}, as one PEM text`,
      replicaRegions: others.map((region) => ({ region })),
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'a certificate is renewed by its authority, not rotated by Secrets Manager; the edges alarm on its days left',
    });
  }
}
