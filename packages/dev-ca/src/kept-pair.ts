import { createPrivateKey, X509Certificate } from 'node:crypto';
import { DAY, type PemPair } from './certificates.ts';
import { hasConstraints } from './name-constraints.ts';

/** Certificates are renewed while they still work, so that a process that took one has time to come back for the next. */
const RENEW_BEFORE = 30 * DAY;

/** Why this authority must not be used any longer, as the end of a sentence; null when it may. */
export function faultOfAuthority(
  pair: PemPair,
  permittedDomains: readonly string[] | null,
  now: Date,
): string | null {
  try {
    const certificate = new X509Certificate(pair.certificate);
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key)))
      return 'its key belongs to another certificate';
    if (!certificate.ca) return 'its certificate is not an authority';
    if (isNearExpiry(certificate, now)) return `it expires on ${certificate.validTo}`;
    if (!hasConstraints(pair.certificate, permittedDomains)) return 'it is constrained to other domains';
    return null;
  } catch (error) {
    return `its files are damaged (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Whether a file of leaf, authority and key can go on serving these hostnames (normal form) for this authority. */
export function isLeafUsable(pem: string, ca: PemPair, hostnames: readonly string[], now: Date): boolean {
  try {
    const leaf = new X509Certificate(pem);
    return (
      pem.includes(ca.certificate) &&
      leaf.verify(new X509Certificate(ca.certificate).publicKey) &&
      leaf.checkPrivateKey(createPrivateKey(pem)) &&
      !isNearExpiry(leaf, now) &&
      leaf.subjectAltName === hostnames.map((hostname) => `DNS:${hostname}`).join(', ')
    );
  } catch {
    return false;
  }
}

function isNearExpiry(certificate: X509Certificate, now: Date): boolean {
  return certificate.validToDate.getTime() - now.getTime() < RENEW_BEFORE;
}
