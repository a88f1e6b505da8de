import 'reflect-metadata';
import {
  createPrivateKey,
  KeyObject,
  X509Certificate as NodeCertificate,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { DevCaError } from './errors.ts';
import { nameConstraints } from './name-constraints.ts';
import { normalHostnames } from './names.ts';

/** A certificate and its private key, both PEM; the key is PKCS #8. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Clocks differ (containers, virtual machines): a certificate is valid from an hour before it was made. */
const BACKDATED = HOUR;
const AUTHORITY_DAYS = 730;
const LEAF_DAYS = 90;
/** CA/Browser Forum Baseline Requirements, section 6.3.2, which some clients enforce for private authorities too. */
const MAX_LEAF_DAYS = 397;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/**
 * A self-signed authority that may sign leaf certificates and nothing else.
 *
 * @param options.days how long it is valid, from now.
 * @param options.permittedDomains the only domains, with all names below them, that clients will believe this
 *   authority about (RFC 5280 name constraints); addresses are then held to loopback. Absent: any name.
 */
export async function createCertificateAuthority(options: {
  readonly commonName: string;
  readonly days?: number;
  readonly permittedDomains?: readonly string[];
  readonly now?: Date;
}): Promise<PemPair> {
  const now = options.now ?? new Date();
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [options.commonName] }],
    notBefore: wholeSecond(now.getTime() - BACKDATED),
    notAfter: wholeSecond(now.getTime() + (options.days ?? AUTHORITY_DAYS) * DAY),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(options.permittedDomains ? [nameConstraints(normalHostnames(options.permittedDomains))] : []),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

/**
 * A server certificate (ECDSA P-256) signed by `ca`. Valid for 90 days, never longer than the authority, unless
 * `notBefore` and `notAfter` say otherwise; dates in the past are allowed, tests want them.
 *
 * @throws DevCaError DEV_CA_INVALID_HOSTNAME, DEV_CA_INVALID_VALIDITY, DEV_CA_INVALID_AUTHORITY
 */
export async function issueCertificate(
  ca: PemPair,
  options: {
    readonly hostnames: readonly string[];
    readonly addresses?: readonly string[];
    readonly notBefore?: Date;
    readonly notAfter?: Date;
    readonly now?: Date;
  },
): Promise<PemPair> {
  const hostnames = normalHostnames(options.hostnames);
  const addresses = checkedAddresses(options.addresses ?? []);
  const [firstName] = [...hostnames, ...addresses];
  if (firstName === undefined) {
    throw new DevCaError(
      'DEV_CA_INVALID_HOSTNAME',
      'cannot certify nothing: no hostname and no address given',
      {
        hint: 'pass at least one hostname',
      },
    );
  }
  const authority = readAuthority(ca);
  const now = (options.now ?? new Date()).getTime();
  const notBefore = options.notBefore ?? new Date(now - BACKDATED);
  const notAfter =
    options.notAfter ?? new Date(Math.min(now + LEAF_DAYS * DAY, authority.notAfter.getTime()));
  checkValidity(notBefore, notAfter);

  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: authority.certificate.subjectName,
    // X.520 allows 64 characters; clients read the alternative names only, people read this.
    subject: [{ CN: [firstName.slice(0, 64)] }],
    notBefore: wholeSecond(notBefore.getTime()),
    notAfter: wholeSecond(notAfter.getTime()),
    signingAlgorithm: SIGNATURE,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...hostnames.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

function readAuthority(ca: PemPair) {
  try {
    const key = createPrivateKey(ca.key);
    if (!new NodeCertificate(ca.certificate).checkPrivateKey(key))
      throw new Error("the key is not the certificate's");
    const certificate = new X509Certificate(ca.certificate);
    return { certificate, notAfter: certificate.notAfter, key: key.toCryptoKey(ALGORITHM, false, ['sign']) };
  } catch (cause) {
    throw new DevCaError(
      'DEV_CA_INVALID_AUTHORITY',
      'cannot sign with this authority: its certificate and key do not make a P-256 pair',
      {
        hint: 'pass what createCertificateAuthority returned',
        cause,
      },
    );
  }
}

function checkedAddresses(addresses: readonly string[]): readonly string[] {
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (wrong === undefined) return addresses;
  throw new DevCaError(
    'DEV_CA_INVALID_HOSTNAME',
    `cannot certify ${JSON.stringify(wrong)}: not an IP address`,
    {
      hint: 'write IPv4 or IPv6 addresses; names are a list of their own',
    },
  );
}

function checkValidity(notBefore: Date, notAfter: Date): void {
  const days = (notAfter.getTime() - notBefore.getTime()) / DAY;
  if (days > 0 && days <= MAX_LEAF_DAYS) return;
  throw new DevCaError(
    'DEV_CA_INVALID_VALIDITY',
    `a certificate cannot be valid from ${String(notBefore)} to ${String(notAfter)}, expected more than 0 and at most ${MAX_LEAF_DAYS} days`,
    { hint: 'choose a notAfter later than notBefore by that much; browsers refuse longer ones' },
  );
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** 127 random bits, so positive and at most 16 octets; NSS refuses two certificates of one issuer and serial. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** X.509 times carry no fractions of a second. */
const wholeSecond = (time: number): Date => new Date(Math.floor(time / 1000) * 1000);

function pemPair(certificate: X509Certificate, privateKey: webcrypto.CryptoKey): PemPair {
  return {
    certificate: `${certificate.toString('pem').trimEnd()}\n`,
    key: KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
