import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { EdgeProxyError, errorMessage } from './errors.ts';

/** What the configuration names by path. */
export interface Materials {
  /** Leaf, chain and key, as one PEM text. */
  readonly certificate: string;
  /** The authorities that upstreams' certificates must come from, as one PEM text. */
  readonly originCa: string;
}

/** What may be told of the certificate that visitors see. */
export interface Certificate {
  readonly subject: string;
  readonly names: string;
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly expiry: number;
}

export function certificateOf({ certificate }: Pick<Materials, 'certificate'>): Certificate {
  const { subject, subjectAltName, fingerprint256, validToDate } = new X509Certificate(certificate);
  return {
    subject,
    names: subjectAltName ?? '',
    fingerprint: fingerprint256,
    expiry: validToDate.getTime(),
  };
}

export type MaterialsResult =
  | { readonly ok: true; readonly materials: Materials }
  | { readonly ok: false; readonly problems: readonly EdgeProxyError[] };

/** Reads the PEM files and tries them, so that a bad one is found before the first handshake; all problems at once. */
export function readMaterials(config: Pick<EdgeProxyConfig, 'certificate' | 'originCa'>): MaterialsResult {
  const problems: EdgeProxyError[] = [];
  const read = (
    key: keyof Materials,
    file: string,
    test: (pem: string) => EdgeProxyError | undefined,
  ): string => {
    let pem: string;
    try {
      pem = readFileSync(file, 'utf8');
    } catch (error) {
      problems.push(
        new EdgeProxyError(
          'EDGE_PROXY_FILE_UNREADABLE',
          `${key}: ${errorMessage(error)}`,
          'name a PEM file that this user may read',
          { cause: error },
        ),
      );
      return '';
    }
    const problem = test(pem);
    if (problem !== undefined) problems.push(problem);
    return pem;
  };
  const materials = {
    certificate: read('certificate', config.certificate, certificateProblem),
    originCa: read('originCa', config.originCa, originCaProblem),
  };
  return problems.length === 0 ? { ok: true, materials } : { ok: false, problems };
}

function certificateProblem(pem: string): EdgeProxyError | undefined {
  try {
    createSecureContext({ cert: pem, key: pem });
    return undefined;
  } catch (error) {
    return new EdgeProxyError(
      'EDGE_PROXY_CERTIFICATE_INVALID',
      `certificate: no matching leaf and key in the file: ${errorMessage(error)}`,
      'put the leaf first, then its chain, then the leaf’s own key, all as PEM',
      { cause: error },
    );
  }
}

function originCaProblem(pem: string): EdgeProxyError | undefined {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch (error) {
    return new EdgeProxyError(
      'EDGE_PROXY_ORIGIN_CA_INVALID',
      `originCa: no certificate in the file: ${errorMessage(error)}`,
      'name a PEM bundle of certificate authorities',
      { cause: error },
    );
  }
}
