import { ACMClient } from '@aws-sdk/client-acm';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Emulator } from './emulator.ts';

/** AWS's own clients, of one region of an emulator. */
export function clientsOf({ endpoint }: Pick<Emulator, 'endpoint'>, region: string) {
  const settings = {
    region,
    endpoint,
    // Emulators take a key of twelve digits for the account.
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'none' },
  };
  return {
    acm: new ACMClient(settings),
    apiGateway: new ApiGatewayV2Client(settings),
    autoScaling: new AutoScalingClient(settings),
    cloudFormation: new CloudFormationClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    ec2: new EC2Client(settings),
    lambda: new LambdaClient(settings),
    route53: new Route53Client(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    ssm: new SSMClient(settings),
  };
}

export type Clients = ReturnType<typeof clientsOf>;
