import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './atomic-file.ts';
import { createCertificateAuthority, issueCertificate, type PemPair } from './certificates.ts';
import { DevCaError } from './errors.ts';
import { faultOfAuthority, isLeafUsable } from './kept-pair.ts';
import { isWithin, normalHostnames } from './names.ts';

/** A throwaway authority kept in a directory. */
export interface DevCa {
  /** Path of the authority's certificate, PEM: what clients are told to trust. */
  readonly caFile: string;
  /** Why a former authority was given up for a new one, as the end of a sentence; null when it was kept or is the first. */
  readonly replacedBecause: string | null;
  /**
   * A certificate for `hostnames` in `<name>.pem`: leaf, authority and key in one file of mode 0600, which is what
   * haproxy's `crt` takes and from which Node reads both `cert` and `key`. The file of an earlier call is kept while it
   * says the same, is valid for 30 more days and comes from the same authority.
   *
   * @throws DevCaError DEV_CA_HOSTNAME_NOT_PERMITTED, DEV_CA_INVALID_HOSTNAME, DEV_CA_INVALID_NAME, DEV_CA_STATE_INACCESSIBLE
   */
  issue(name: string, hostnames: readonly string[]): Promise<{ readonly file: string }>;
}

/** RFC 6761, section 6.3: these names never leave the machine. */
const PERMITTED_DOMAINS: readonly string[] = ['localhost'];
const PRIVATE = 0o600;
const PUBLIC = 0o644;

/**
 * Opens the authority kept in `directory`, making both where missing. One that cannot sign any longer (damaged files,
 * a key of another certificate, 30 days left, other permitted domains) is replaced: it is a throwaway, and clients
 * that trusted it have to trust the new one.
 *
 * @param options.permittedDomains the only domains it can sign for, so that trusting it in a browser risks nothing
 *   else; default `localhost` and all below it. `null` lifts the constraint.
 * @throws DevCaError DEV_CA_STATE_INACCESSIBLE: the directory cannot be read or written.
 */
export async function openDevCa(
  directory: string,
  options: { readonly permittedDomains?: readonly string[] | null; readonly now?: () => Date } = {},
): Promise<DevCa> {
  const now = options.now ?? (() => new Date());
  const wanted = options.permittedDomains === undefined ? PERMITTED_DOMAINS : options.permittedDomains;
  const permittedDomains = wanted === null ? null : normalHostnames(wanted);
  const { ca, replacedBecause } = await accessing(directory, () =>
    keptOrNew(directory, permittedDomains, now()),
  );

  return {
    caFile: join(directory, 'ca.pem'),
    replacedBecause,
    async issue(name, hostnames) {
      checkName(name);
      const names = normalHostnames(hostnames);
      checkPermitted(names, permittedDomains);
      const file = join(directory, `${name}.pem`);
      await accessing(directory, async () => {
        const kept = await readIfPresent(file);
        if (kept !== null && isLeafUsable(kept, ca, names, now())) return;
        const leaf = await issueCertificate(ca, { hostnames: names, now: now() });
        await writeAtomically(file, leaf.certificate + ca.certificate + leaf.key, PRIVATE);
      });
      return { file };
    },
  };
}

async function keptOrNew(directory: string, permittedDomains: readonly string[] | null, now: Date) {
  await mkdir(directory, { recursive: true });
  const certificateFile = join(directory, 'ca.pem');
  const keyFile = join(directory, 'ca.key');
  const certificate = await readIfPresent(certificateFile);
  const key = await readIfPresent(keyFile);
  let replacedBecause: string | null = null;
  if (certificate !== null) {
    const kept: PemPair = { certificate, key: key ?? '' };
    replacedBecause = key === null ? 'its key is missing' : faultOfAuthority(kept, permittedDomains, now);
    if (replacedBecause === null) return { ca: kept, replacedBecause };
  }
  const ca = await createCertificateAuthority({
    // The suffix tells one throwaway from the next in a browser's list of authorities.
    commonName: `Isochrone local CA ${randomBytes(3).toString('hex')}`,
    ...(permittedDomains === null ? {} : { permittedDomains }),
    now,
  });
  // The key first: a crash between the two leaves a pair that does not match, which the next start replaces.
  await writeAtomically(keyFile, ca.key, PRIVATE);
  await writeAtomically(certificateFile, ca.certificate, PUBLIC);
  return { ca, replacedBecause };
}

function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(name) && name.toLowerCase() !== 'ca') return;
  throw new DevCaError('DEV_CA_INVALID_NAME', `cannot keep a certificate as ${JSON.stringify(name)}.pem`, {
    hint: 'use letters, digits, dots, dashes and underscores; "ca" is the authority itself',
  });
}

function checkPermitted(hostnames: readonly string[], permittedDomains: readonly string[] | null): void {
  if (permittedDomains === null) return;
  const outside = hostnames.find(
    (hostname) => !permittedDomains.some((domain) => isWithin(hostname, domain)),
  );
  if (outside === undefined) return;
  throw new DevCaError(
    'DEV_CA_HOSTNAME_NOT_PERMITTED',
    `cannot certify "${outside}": this authority signs for names under ${permittedDomains.join(', ')} only`,
    { hint: 'pass its domain in permittedDomains when opening the authority' },
  );
}

async function readIfPresent(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function accessing<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DevCaError || !(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new DevCaError(
      'DEV_CA_STATE_INACCESSIBLE',
      `cannot keep certificates in ${directory}: ${cause.message}`,
      {
        hint: 'make it a directory that you may write to, or choose another',
        cause,
      },
    );
  }
}
