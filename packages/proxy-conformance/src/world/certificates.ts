import { createCertificateAuthority, issueCertificate, type PemPair } from '@isochrone/dev-ca';

export const DOMAIN = 'example.com';

const DAY_MS = 86_400_000;

/** Every certificate that a case may want; one authority signs those that are to be believed. */
export interface Certificates {
  /** PEM of the authority that edges and clients trust. */
  readonly authority: string;
  /** `*.example.com`, for edges and upstreams. */
  readonly wildcard: PemPair;
  /** Another one for the same names, to replace the first with. */
  readonly successor: PemPair;
  /** The right name, from an authority that nobody trusts. */
  readonly untrusted: PemPair;
  /** The right name, until yesterday. */
  readonly expired: PemPair;
  /** A name of somebody else, from the trusted authority. */
  readonly wrongName: PemPair;
}

export async function makeCertificates(): Promise<Certificates> {
  const [trusted, stranger] = await Promise.all([
    createCertificateAuthority({ commonName: 'proxy-conformance' }),
    createCertificateAuthority({ commonName: 'proxy-conformance, a stranger' }),
  ]);
  const hostnames = [`*.${DOMAIN}`];
  const now = Date.now();
  const [wildcard, successor, untrusted, expired, wrongName] = await Promise.all([
    issueCertificate(trusted, { hostnames }),
    issueCertificate(trusted, { hostnames }),
    issueCertificate(stranger, { hostnames }),
    issueCertificate(trusted, {
      hostnames,
      notBefore: new Date(now - 30 * DAY_MS),
      notAfter: new Date(now - DAY_MS),
    }),
    issueCertificate(trusted, { hostnames: ['api.elsewhere.test'] }),
  ]);
  return { authority: trusted.certificate, wildcard, successor, untrusted, expired, wrongName };
}

/** Leaf and key in one text, as `EdgeSettings.certificate` wants them. */
export const pemFile = ({ certificate, key }: PemPair): string => certificate + key;
