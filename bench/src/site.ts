import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '@isochrone/config-gen';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { startNameServer } from '@isochrone/proxy-conformance';
import { requireTopology, type Topology, upstreamsOf } from '@isochrone/topology';
import { startUpstream } from './upstream.ts';

/** What every contender stands before, and is to be known by. */
export interface Site {
  /** Of everything that is written; gone in the end. */
  readonly folder: string;
  /** Name that visitors ask for. */
  readonly host: string;
  /** Name that the upstream of the contenders' own region insists on, in Host and SNI. */
  readonly apiHost: string;
  /** Of the regional APIs, all on loopback. */
  readonly upstreamPort: number;
  /** Knows the regional names. */
  readonly resolver: Endpoint;
  /** PEM of the authority that everybody trusts, and its file. */
  readonly authority: string;
  readonly authorityFile: string;
  /** PEM files of the wildcard certificate, of its key, and of both. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly pemFile: string;
}

export interface OpenSite extends Site {
  close(): Promise<void>;
}

/** Bytes of the script that is asked for. */
export const SCRIPT_BYTES = 12_288;
export const SCRIPT_PATH = '/acme.js';

/** Three regions, an edge in one of them; limits stay on, and above what one visitor can ask here. */
export const topologyOf = (fallbacks: number): Topology =>
  requireTopology(
    [
      'service: fast',
      'domain: example.com',
      'hostedZoneId: Z0123456789ABCDEFGHIJ',
      'home: us-east-1',
      `edge: { fallbacks: ${fallbacks}, clientRate: 100000, maxConnectionAge: 86400 }`,
      'regions: { us-east-1: {}, eu-west-1: {}, ap-southeast-2: {} }',
      '',
    ].join('\n'),
    'bench.yaml',
  );

/** The proxy that is measured. */
export function instanceOf(topology: Topology) {
  const instance = topology.regions
    .flatMap(({ proxies }) => proxies)
    .find(({ region }) => region === topology.home);
  if (instance === undefined) throw new Error('a topology without proxies');
  return instance;
}

export async function openSite(): Promise<OpenSite> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-bench-'));
  const topology = topologyOf(2);
  const [own, ...others] = upstreamsOf(topology, topology.home);
  if (own === undefined) throw new Error('a topology without upstreams');
  const authority = await createCertificateAuthority({ commonName: 'bench' });
  const { certificate, key } = await issueCertificate(authority, { hostnames: [`*.${topology.domain}`] });
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const files = {
    authorityFile: await file('ca.pem', authority.certificate),
    certificateFile: await file('certificate.pem', certificate),
    keyFile: await file('key.pem', key),
    pemFile: await file('edge.pem', certificate + key),
  };
  await mkdir(join(folder, 'www'));
  await writeFile(join(folder, 'www', SCRIPT_PATH), scriptBody());
  const names = await startNameServer(
    Object.fromEntries([own, ...others].map(({ hostname }) => [hostname, ['127.0.0.1']])),
  );
  const upstream = await startUpstream({ folder, domain: topology.domain, ...files });
  return {
    folder,
    host: `fast.${topology.domain}`,
    apiHost: own.hostname,
    upstreamPort: upstream.port,
    resolver: names.endpoint,
    authority: authority.certificate,
    ...files,
    close: async () => {
      await upstream.stop();
      names.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function scriptBody(): Buffer {
  const line = 'console.log("a tour");\n';
  return Buffer.from(line.repeat(Math.ceil(SCRIPT_BYTES / line.length)).slice(0, SCRIPT_BYTES));
}
