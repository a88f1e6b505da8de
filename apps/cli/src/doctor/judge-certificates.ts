import type { Finding } from './finding.ts';
import type { SeenCertificate } from './probe.ts';

const DAY_MS = 86_400_000;
/** ACM renews 60 days before the end, or later for short-lived certificates; who is below this was not renewed. */
const WARN_DAYS = 21;
const ALARM_DAYS = 7;

/** What is wrong with the certificate that somebody shows under his name. */
export function judgeCertificate(
  subject: string,
  certificate: SeenCertificate,
  now: number,
): readonly Finding[] {
  const { names, isForName, validTo, issuer, distrust, chainLength } = certificate;
  const days = Math.floor((validTo - now) / DAY_MS);
  if (!isForName) {
    const isDefault = names.some((name) => name.includes('execute-api'));
    return [
      {
        level: 'error',
        id: 'certificate-name',
        subject,
        message: `shows a certificate for ${names.join(', ')}`,
        cause: isDefault
          ? 'API Gateway shows its own certificate: it has no custom domain of this name, or the certificate of the domain was taken away'
          : 'the certificate that is installed does not cover the name, or another server has the address',
        remedy: isDefault
          ? 'deploy the Tour stack of the region, which creates the custom domain'
          : 'issue *.<domain>, which covers every name, and install it: see docs/operations.md, rotate certificates',
      },
    ];
  }
  if (days < 0) {
    return [
      {
        level: 'error',
        id: 'certificate-expired',
        subject,
        message: `the certificate ended ${-days} days ago`,
        cause: 'the certificate was not renewed, or the renewed one was not installed',
        remedy: 'see docs/operations.md, rotate certificates',
      },
    ];
  }
  const findings: Finding[] = [];
  if (distrust !== null) {
    findings.push({
      level: 'error',
      id: 'certificate-untrusted',
      subject,
      message: `the certificate of ${issuer} is not trusted: ${distrust}, with a chain of ${chainLength}`,
      cause:
        chainLength < 2
          ? 'the intermediate certificates are not sent with it, or it is signed by itself'
          : 'the authority is not one that browsers know',
      remedy: 'install leaf, intermediates and key together; a private authority is named with --ca',
    });
  }
  if (days < WARN_DAYS) {
    findings.push({
      level: days < ALARM_DAYS ? 'error' : 'warning',
      id: 'certificate-expiring',
      subject,
      message: `the certificate ends in ${days} days`,
      cause: 'the renewal failed, or the renewed certificate was not installed',
      remedy: 'see docs/operations.md, rotate certificates',
    });
  }
  return findings;
}
