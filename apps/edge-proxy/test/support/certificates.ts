import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority, issueCertificate, type PemPair } from '@isochrone/dev-ca';
import { onTestFinished, vi } from 'vitest';

// Processes, handshakes and the proxy's own timers are real: a busy machine takes its time for them.
vi.setConfig({ testTimeout: 180_000 });

export const DOMAIN = 'edge.test';
export const PUBLIC_HOST = `fast.${DOMAIN}`;
export const INSTANCE_HOST = `proxy1-us-east-1-fast.${DOMAIN}`;
export const OWN_API = `us-east-1-fast.${DOMAIN}`;
export const FALLBACK_API = `eu-west-1-fast.${DOMAIN}`;

/** One authority for a test file: making one takes longer than using it. */
export const authority: PemPair = await createCertificateAuthority({ commonName: 'edge-proxy tests' });
export const wildcardCertificate: PemPair = await issueCertificate(authority, {
  hostnames: [`*.${DOMAIN}`],
});

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the two PEM files that a configuration names. */
export function writeMaterials(folder: string): { readonly certificate: string; readonly originCa: string } {
  const certificate = join(folder, 'edge.pem');
  const originCa = join(folder, 'ca.pem');
  writeFileSync(
    certificate,
    wildcardCertificate.certificate + authority.certificate + wildcardCertificate.key,
  );
  writeFileSync(originCa, authority.certificate);
  return { certificate, originCa };
}
