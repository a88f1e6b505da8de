import type { HealthCheck, RecordSet } from '@isochrone/topology';
import { CfnOutput } from 'aws-cdk-lib';
import { CfnHealthCheck, CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct, type IDependable } from 'constructs';
import { healthCheckParameter, pascal } from '../names.ts';
import { required } from '../required.ts';

/** Where a name leads, and what must stand before anybody is sent there. */
interface Ready {
  readonly ready: readonly IDependable[];
}

export interface ZoneRecordsProps {
  readonly hostedZoneId: string;
  /** Those records of a `dnsPlan` that this stack writes. */
  readonly records: readonly RecordSet[];
  readonly healthChecks: readonly HealthCheck[];
  readonly elasticIp?: (instance: string) => Ready & { readonly address: string };
  readonly api?: (
    customDomain: string,
  ) => Ready & { readonly dnsName: string; readonly hostedZoneId: string };
}

/**
 * The record sets and health checks of one stack, in an order that Route 53 accepts: it refuses an alias whose
 * target is not there yet, and sends visitors wherever a check is new, because a new check counts as healthy.
 * CloudFormation infers neither from a name.
 */
export class ZoneRecords extends Construct {
  constructor(scope: Construct, id: string, props: ZoneRecordsProps) {
    super(scope, id);
    const checks = this.#healthChecks(props.healthChecks);
    const written = props.records.map((record) => ({ record, set: this.#record(record, props, checks) }));
    for (const { record, set } of written) {
      const { target } = record;
      if (target.kind !== 'alias-record' && target.kind !== 'cname') continue;
      for (const other of written) {
        const sameType = target.kind === 'cname' || other.record.type === record.type;
        if (other.record.name === target.name && sameType) set.addResourceDependency(other.set);
      }
    }
  }

  #healthChecks(healthChecks: readonly HealthCheck[]): ReadonlyMap<string, CfnHealthCheck> {
    const checks = new Map<string, CfnHealthCheck>();
    // A calculated check names others, so those come first.
    for (const check of healthChecks.toSorted(
      (a, b) => Number(a.kind === 'calculated') - Number(b.kind === 'calculated'),
    )) {
      const resource = new CfnHealthCheck(this, `Check${pascal(check.id)}`, {
        healthCheckConfig: configOf(check, checks),
        healthCheckTags: [{ key: 'Name', value: check.id }],
      });
      checks.set(check.id, resource);
      new CfnOutput(this, `Output${pascal(check.id)}`, {
        value: resource.attrHealthCheckId,
        description: `Health check ${check.id}`,
      }).overrideLogicalId(healthCheckParameter(check.id));
    }
    return checks;
  }

  #record(
    record: RecordSet,
    props: ZoneRecordsProps,
    checks: ReadonlyMap<string, CfnHealthCheck>,
  ): CfnRecordSet {
    const { name, type, routing, ttl, healthCheck } = record;
    const check = healthCheck === undefined ? undefined : checks.get(healthCheck);
    const { ready, ...target } = this.#target(record, props);
    const identifier = routing.policy === 'simple' ? '' : routing.setIdentifier;
    const set = new CfnRecordSet(this, pascal(`${name.split('.', 1)[0]} ${type} ${identifier}`), {
      hostedZoneId: props.hostedZoneId,
      name,
      type,
      ...target,
      ...(ttl === undefined ? {} : { ttl: String(ttl) }),
      ...(routing.policy === 'simple' ? {} : { setIdentifier: routing.setIdentifier }),
      ...(routing.policy === 'weighted' ? { weight: routing.weight } : {}),
      ...(routing.policy === 'latency' ? { region: routing.region } : {}),
      ...(check === undefined ? {} : { healthCheckId: check.attrHealthCheckId }),
    });
    set.node.addDependency(...ready);
    return set;
  }

  #target({ target, name }: RecordSet, props: ZoneRecordsProps) {
    switch (target.kind) {
      case 'elastic-ip': {
        const { address, ready } = required(props.elasticIp, name)(target.instance);
        return { resourceRecords: [address], ready };
      }
      case 'alias-api': {
        const { ready, dnsName, hostedZoneId } = required(props.api, name)(target.customDomain);
        return {
          aliasTarget: { dnsName, hostedZoneId, evaluateTargetHealth: target.evaluateTargetHealth },
          ready,
        };
      }
      case 'alias-record': {
        const { hostedZoneId } = props;
        const { evaluateTargetHealth } = target;
        return { aliasTarget: { dnsName: target.name, hostedZoneId, evaluateTargetHealth }, ready: [] };
      }
      case 'cname':
        return { resourceRecords: [target.name], ready: [] };
    }
  }
}

function configOf(
  check: HealthCheck,
  others: ReadonlyMap<string, CfnHealthCheck>,
): CfnHealthCheck.HealthCheckConfigProperty {
  switch (check.kind) {
    case 'https':
      return {
        type: 'HTTPS',
        fullyQualifiedDomainName: check.hostname,
        port: check.port,
        resourcePath: check.path,
        requestInterval: check.interval,
        failureThreshold: check.failureThreshold,
        enableSni: true,
        measureLatency: false,
      };
    case 'calculated':
      return {
        type: 'CALCULATED',
        childHealthChecks: check.children.map((id) => required(others.get(id), id).attrHealthCheckId),
        healthThreshold: check.healthThreshold,
      };
  }
}
