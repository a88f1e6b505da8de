/** Something that the doctor has to say of a deployment. */
export interface Finding {
  /** `error`: visitors suffer, or will when the next thing fails. `warning`: something is not as it should be. */
  readonly level: 'error' | 'warning';
  readonly id: FindingId;
  /** The hostname, or the region. */
  readonly subject: string;
  /** What was seen. */
  readonly message: string;
  /** What is most probably behind it. */
  readonly cause: string;
  readonly remedy: string;
}

export type FindingId =
  | 'answer-cacheable'
  | 'api-accepts-foreign-host'
  | 'api-errors'
  | 'api-forbids-own-host'
  | 'api-slow'
  | 'api-unhealthy'
  | 'api-unreachable'
  | 'bundle-differs'
  | 'certificate-expired'
  | 'certificate-expiring'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'delivery-fails'
  | 'dns-address-foreign'
  | 'dns-record-missing'
  | 'dns-sends-elsewhere'
  | 'dns-silent'
  | 'dns-ttl'
  | 'proxy-draining'
  | 'proxy-serves-other-region'
  | 'proxy-slow'
  | 'proxy-unhealthy'
  | 'proxy-unreachable'
  | 'proxy-without-upstream'
  | 'quota-concurrency'
  | 'quota-elastic-ips'
  | 'quota-health-checks'
  | 'region-disabled';
