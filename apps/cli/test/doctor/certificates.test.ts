import { describe, expect, it } from 'vitest';
import { judgeCertificate } from '../../src/doctor/judge-certificates.ts';
import type { SeenCertificate } from '../../src/doctor/probe.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-25T00:00:00Z');

const certificate = (parts: Partial<SeenCertificate> = {}): SeenCertificate => ({
  names: ['*.example.com'],
  validTo: NOW + 90 * DAY_MS,
  issuer: 'Amazon RSA 2048 M02',
  chainLength: 3,
  isForName: true,
  distrust: null,
  ...parts,
});

const judged = (parts: Partial<SeenCertificate>) =>
  judgeCertificate('fast.example.com', certificate(parts), NOW).map(({ id, level }) => [id, level]);

describe('a certificate', () => {
  it('that is fine has nothing said of it', () => {
    expect(judged({})).toEqual([]);
  });

  it.each([
    { days: 20, says: [['certificate-expiring', 'warning']] },
    { days: 6, says: [['certificate-expiring', 'error']] },
    { days: -1, says: [['certificate-expired', 'error']] },
    { days: 21, says: [] },
  ])('that ends in $days days is judged by that', ({ days, says }) => {
    expect(judged({ validTo: NOW + days * DAY_MS })).toEqual(says);
  });

  it('of another name is that first of all', () => {
    const wrong = {
      isForName: false,
      names: ['*.execute-api.eu-west-1.amazonaws.com'],
      distrust: 'CERT_UNTRUSTED',
    };
    expect(judged(wrong)).toEqual([['certificate-name', 'error']]);
    const [finding] = judgeCertificate('eu-west-1-fast.example.com', certificate(wrong), NOW);
    expect(finding?.cause).toMatch(/^API Gateway shows its own certificate/);
  });

  it('without its chain is told apart from one of an unknown authority', () => {
    const cause = (chainLength: number): string | undefined =>
      judgeCertificate('a', certificate({ distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', chainLength }), NOW)[0]
        ?.cause;
    expect(cause(1)).toMatch(/^the intermediate certificates are not sent/);
    expect(cause(3)).toMatch(/^the authority is not one/);
  });
});
