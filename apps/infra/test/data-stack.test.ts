import { describe, expect, it } from 'vitest';
import { resourcesOf, stackOf, topologyWith } from './support/stacks.ts';

const regions = { 'us-east-1': {}, 'eu-west-1': {}, 'ap-southeast-2': {} };

describe('Data', () => {
  it('has one replica of the table in every region', () => {
    const data = stackOf(topologyWith({ regions }), 'Data');
    const [table] = resourcesOf(data, 'AWS::DynamoDB::GlobalTable').values();
    const replicas = Object.keys(regions).map((Region) => expect.objectContaining({ Region }));
    expect(table?.Properties['Replicas']).toHaveLength(replicas.length);
    expect(table?.Properties['Replicas']).toEqual(expect.arrayContaining(replicas));
  });

  it('keeps the table against mistakes: recovery to any second, protection from deletion, retained', () => {
    const data = stackOf(topologyWith({ regions }), 'Data');
    data.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    const [table] = resourcesOf(data, 'AWS::DynamoDB::GlobalTable').values();
    const kept = {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    };
    expect(table?.Properties['Replicas']).toEqual(
      Object.keys(regions).map(() => expect.objectContaining(kept)),
    );
  });

  it('has the keys that the functions use', () => {
    stackOf(topologyWith(), 'Data').hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TableName: 'isochrone-fast',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  });

  it("keeps a place for the edges' certificate in every region, and no key in the template", () => {
    const data = stackOf(topologyWith({ regions }), 'Data');
    const [secret] = resourcesOf(data, 'AWS::SecretsManager::Secret').values();
    expect(secret?.Properties).toMatchObject({
      Name: 'isochrone/fast/edge-certificate',
      ReplicaRegions: [{ Region: 'eu-west-1' }, { Region: 'ap-southeast-2' }],
    });
    expect(secret?.Properties).not.toHaveProperty('SecretString');
    expect(secret?.Properties).not.toHaveProperty('GenerateSecretString');
  });

  it('has no certificate where there are no edges', () => {
    stackOf(topologyWith({ ingress: 'direct' }), 'Data').resourceCountIs('AWS::SecretsManager::Secret', 0);
  });
});
