import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { onTestFinished } from 'vitest';
import { type EdgeSettings, productionSettings } from '../../src/index.ts';

export const authority = await createCertificateAuthority({ commonName: 'config-gen test' });
export const wildcard = await issueCertificate(authority, { hostnames: ['*.example.com'] });

/** A folder that is gone when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cg-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Production's settings with the files that they name in `directory`, made there under `name`. */
export async function settingsIn(directory: string, name = 'edge'): Promise<EdgeSettings> {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  const certificate = join(folder, `${name}.pem`);
  const originCa = join(folder, `ca-${name}`);
  await writeFile(certificate, wildcard.certificate + wildcard.key, { mode: 0o600 });
  await writeFile(originCa, authority.certificate);
  return { ...productionSettings, certificate, originCa, adminSocket: join(directory, `${name}.sock`) };
}

/** There is none before the first reload, which whoever starts haproxy says to it with an empty file. */
const NO_STATE_YET = "Can't open global server state file";

/** What `haproxy -c` says of a configuration; rejects where it refuses it, or warns. */
export async function haproxyCheck(directory: string, config: string): Promise<string> {
  const file = join(directory, 'checked.cfg');
  await writeFile(file, config);
  const { stdout, stderr } = await promisify(execFile)('haproxy', ['-c', '-f', file]);
  const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('[NOTICE]'));
  const complaints = said.filter((line) => !line.includes(NO_STATE_YET));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return stdout.replace('Warnings were found.', '').trim();
}
