import {
  apiHostname,
  type DnsPlan,
  type FunctionJob,
  functionName,
  functionTimeout,
  publicHostname,
  type RegionName,
  stagingApiHostname,
  type Topology,
  tableName,
  wildcardHostname,
} from '@isochrone/topology';
import { tablePermissions } from '@isochrone/tours';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate, CertificateValidation, KeyAlgorithm } from 'aws-cdk-lib/aws-certificatemanager';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { RegionalApi } from './constructs/regional-api.ts';
import { TourAlarms } from './constructs/tour-alarms.ts';
import { TourFunction } from './constructs/tour-function.ts';
import { ZoneRecords } from './constructs/zone-records.ts';
import { required } from './required.ts';

export interface TourStackProps extends StackProps {
  readonly topology: Topology;
  readonly region: RegionName;
  /** Folders of the functions' bundles. */
  readonly bundles: Readonly<Record<FunctionJob, string>>;
  /** The records and checks that lead to this region's API. */
  readonly dns: DnsPlan;
}

/** One region's functions and its API, with the names that lead to it. */
export class TourStack extends Stack {
  constructor(scope: Construct, id: string, { topology, region, bundles, dns, ...props }: TourStackProps) {
    super(scope, id, props);
    const functions = {
      delivery: this.#function(topology, 'delivery', bundles.delivery, {
        memoryMb: 1024,
        reservedConcurrency: topology.functions.reservedConcurrency,
        statements: this.#tableStatements(topology, region, 'delivery'),
      }),
      publishing: this.#function(topology, 'publishing', bundles.publishing, {
        memoryMb: 512,
        reservedConcurrency: undefined,
        // Global tables are last-writer-wins, so every region writes to the table where an account is at home.
        statements: this.#tableStatements(topology, region, 'publishing'),
      }),
    };
    const api = new RegionalApi(this, 'Api', {
      apiName: topology.service,
      functions,
      certificate: this.#certificate(topology),
      hostnames: {
        live: [
          apiHostname(topology, region),
          ...(topology.ingress === 'direct' ? [publicHostname(topology)] : []),
        ],
        staging: [stagingApiHostname(topology, region)],
      },
      logRetention: topology.functions.logDays,
    });
    new ZoneRecords(this, 'Dns', {
      hostedZoneId: topology.hostedZoneId,
      records: dns.records,
      healthChecks: dns.healthChecks,
      api: (hostname) => {
        const domain = required(api.domains.get(hostname), hostname);
        return {
          dnsName: domain.regionalDomainName,
          hostedZoneId: domain.regionalHostedZoneId,
          ready: [required(api.mappings.get(hostname), hostname)],
        };
      },
    });
    new TourAlarms(this, 'Alarms', { topology, region, api: api.api, functions });
  }

  #function(
    topology: Topology,
    job: FunctionJob,
    bundle: string,
    rest: {
      readonly memoryMb: number;
      readonly reservedConcurrency: number | undefined;
      readonly statements: readonly PolicyStatement[];
    },
  ): TourFunction {
    return new TourFunction(this, job === 'delivery' ? 'Delivery' : 'Publishing', {
      job,
      functionName: functionName(topology, job),
      bundle,
      timeout: Duration.seconds(functionTimeout[job]),
      environment: { TABLE_NAME: tableName(topology) },
      tracing: topology.functions.tracing,
      logRetention: topology.functions.logDays,
      ...rest,
    });
  }

  #tableStatements(topology: Topology, own: RegionName, job: FunctionJob): readonly PolicyStatement[] {
    const all = topology.regions.map(({ name }) => name);
    return tablePermissions[job].map(
      ({ regions, actions, leadingKeys }) =>
        new PolicyStatement({
          actions: [...actions],
          resources: (regions === 'own' ? [own] : all).map((region) =>
            this.formatArn({
              service: 'dynamodb',
              region,
              resource: 'table',
              resourceName: tableName(topology),
            }),
          ),
          ...(leadingKeys === undefined
            ? {}
            : { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] } } }),
        }),
    );
  }

  /**
   * One for every name under the domain, so that a region that changes its ingress needs no other. Free, because it
   * cannot be exported. Its validation record is the same in every region, and outlives the stack.
   */
  #certificate(topology: Topology): Certificate {
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: topology.hostedZoneId,
      zoneName: topology.domain,
    });
    return new Certificate(this, 'Certificate', {
      domainName: wildcardHostname(topology),
      validation: CertificateValidation.fromDns(zone),
      keyAlgorithm: KeyAlgorithm.EC_PRIME256V1,
    });
  }
}
