import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority, DevCaError, issueCertificate } from '../src/index.ts';
import { handshake, serveTls } from './tls.ts';

const DAY = 86_400_000;

describe('a handshake verified against the authority', () => {
  it('accepts a name that the certificate carries', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['fast.example.com'] }));
    expect(await handshake(port, ca.certificate, 'fast.example.com')).toBe('accepted');
  });

  it('accepts one label below a wildcard, and no more', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['*.example.com'] }));
    expect(await handshake(port, ca.certificate, 'proxy1-us-east-1-fast.example.com')).toBe('accepted');
    expect(await handshake(port, ca.certificate, 'a.b.example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('accepts an address that the certificate carries', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const port = await serveTls(await issueCertificate(ca, { hostnames: [], addresses: ['127.0.0.1'] }));
    expect(await handshake(port, ca.certificate, '')).toBe('accepted');
  });

  it('refuses a name that the certificate does not carry', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['fast.example.com'] }));
    expect(await handshake(port, ca.certificate, 'slow.example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('refuses an expired certificate', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const expired = { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) };
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['fast.example.com'], ...expired }));
    expect(await handshake(port, ca.certificate, 'fast.example.com')).toBe('CERT_HAS_EXPIRED');
  });

  it('refuses a certificate of another authority with the same name', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const other = await createCertificateAuthority({ commonName: 'test' });
    const port = await serveTls(await issueCertificate(other, { hostnames: ['fast.example.com'] }));
    expect(await handshake(port, ca.certificate, 'fast.example.com')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('refuses what a leaf certificate has signed', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const leaf = await issueCertificate(ca, { hostnames: ['fast.example.com'] });
    const forged = await issueCertificate(leaf, { hostnames: ['bank.example.com'] });
    const port = await serveTls({ certificate: forged.certificate + leaf.certificate, key: forged.key });
    expect(await handshake(port, ca.certificate, 'bank.example.com')).toBe(
      'key usage does not include certificate signing',
    );
  });
});

describe('an authority with permitted domains', () => {
  const permittedDomains = ['localhost'];

  it('is believed about names below them', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test', permittedDomains });
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['*.example.com.localhost'] }));
    expect(await handshake(port, ca.certificate, 'fast.example.com.localhost')).toBe('accepted');
  });

  it('is not believed about the names of the internet', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test', permittedDomains });
    const port = await serveTls(await issueCertificate(ca, { hostnames: ['bank.example.com'] }));
    expect(await handshake(port, ca.certificate, 'bank.example.com')).toBe('permitted subtree violation');
  });

  it('is not believed about addresses beyond loopback', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test', permittedDomains });
    const leaf = { hostnames: ['fast.localhost'], addresses: ['192.0.2.1'] };
    const port = await serveTls(await issueCertificate(ca, leaf));
    expect(await handshake(port, ca.certificate, 'fast.localhost')).toBe('permitted subtree violation');
  });
});

describe('issueCertificate', () => {
  it('backdates by an hour and stays within what browsers accept', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const { certificate } = await issueCertificate(ca, { hostnames: ['fast.example.com'] });
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    expect(Date.now() - validFromDate.getTime()).toBeGreaterThanOrEqual(3_600_000);
    expect((validToDate.getTime() - validFromDate.getTime()) / DAY).toBeLessThanOrEqual(397);
  });

  it('ends a certificate with its authority at the latest', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test', days: 2 });
    const { certificate } = await issueCertificate(ca, { hostnames: ['fast.example.com'] });
    expect(new X509Certificate(certificate).validTo).toBe(new X509Certificate(ca.certificate).validTo);
  });

  it('gives every certificate another positive serial of at most 16 octets', async () => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    const serials = new Set<string>();
    for (let i = 0; i < 20; i += 1) {
      const { certificate } = await issueCertificate(ca, { hostnames: ['fast.example.com'] });
      serials.add(new X509Certificate(certificate).serialNumber);
    }
    expect(serials.size).toBe(20);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it.each([
    ['an underscore', { hostnames: ['a_b.example.com'] }, 'DEV_CA_INVALID_HOSTNAME'],
    ['a wildcard within a label', { hostnames: ['a*.example.com'] }, 'DEV_CA_INVALID_HOSTNAME'],
    ['an address among the names', { hostnames: ['127.0.0.1'] }, 'DEV_CA_INVALID_HOSTNAME'],
    ['a name among the addresses', { hostnames: [], addresses: ['localhost'] }, 'DEV_CA_INVALID_HOSTNAME'],
    ['nothing to certify', { hostnames: [] }, 'DEV_CA_INVALID_HOSTNAME'],
    [
      '398 days',
      { hostnames: ['a.b'], notBefore: new Date(0), notAfter: new Date(398 * DAY) },
      'DEV_CA_INVALID_VALIDITY',
    ],
    ['an end before the beginning', { hostnames: ['a.b'], notAfter: new Date(0) }, 'DEV_CA_INVALID_VALIDITY'],
  ])('rejects %s', async (_what, options, code) => {
    const ca = await createCertificateAuthority({ commonName: 'test' });
    await expect(issueCertificate(ca, options)).rejects.toMatchObject({ name: 'DevCaError', code });
  });

  it('rejects an authority whose key is another one', async () => {
    const { certificate } = await createCertificateAuthority({ commonName: 'test' });
    const { key } = await createCertificateAuthority({ commonName: 'test' });
    const issuing = issueCertificate({ certificate, key }, { hostnames: ['fast.example.com'] });
    await expect(issuing).rejects.toBeInstanceOf(DevCaError);
  });
});
