import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertificateAuthority, openDevCa } from '../src/index.ts';
import { handshake, serveTls } from './tls.ts';

const NAMES = ['*.example.com.localhost'];
const DAY = 86_400_000;
const daysFromNow = (days: number) => () => new Date(Date.now() + days * DAY);

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-dev-ca-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const read = (file: string) => readFile(file, 'utf8');

describe('openDevCa', () => {
  it('keeps the authority between runs', async () => {
    const directory = await temporaryDirectory();
    const first = await read((await openDevCa(directory)).caFile);
    const again = await openDevCa(directory);
    expect(await read(again.caFile)).toBe(first);
    expect(again.replacedBecause).toBeNull();
  });

  it('keeps keys from other users, and leaves no temporary file', async () => {
    const directory = await temporaryDirectory();
    const ca = await openDevCa(directory);
    const { file } = await ca.issue('edge', NAMES);
    expect((await stat(join(directory, 'ca.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['ca.key', 'ca.pem', 'edge.pem']);
  });

  it('holds the authority to localhost unless told otherwise', async () => {
    const directory = await temporaryDirectory();
    const issuing = (await openDevCa(directory)).issue('edge', ['fast.example.com']);
    await expect(issuing).rejects.toMatchObject({ code: 'DEV_CA_HOSTNAME_NOT_PERMITTED' });
    const free = await openDevCa(directory, { permittedDomains: null });
    expect(free.replacedBecause).toBe('it is constrained to other domains');
    await free.issue('edge', ['fast.example.com']);
  });

  it('replaces an authority that nears its expiry', async () => {
    const directory = await temporaryDirectory();
    const before = await openDevCa(directory);
    const authority = await read(before.caFile);
    const after = await openDevCa(directory, { now: daysFromNow(701) });
    expect(after.replacedBecause).toMatch(/^it expires on /);
    expect(await read(after.caFile)).not.toBe(authority);
  });

  it.each([
    ['a damaged certificate', 'ca.pem', 'not a certificate', /^its files are damaged/],
    ['a damaged key', 'ca.key', 'not a key', /^its files are damaged/],
    ['an empty certificate', 'ca.pem', '', /^its files are damaged/],
  ])('replaces %s', async (_what, file, content, reason) => {
    const directory = await temporaryDirectory();
    await openDevCa(directory);
    await writeFile(join(directory, file), content);
    const ca = await openDevCa(directory);
    expect(ca.replacedBecause).toMatch(reason);
    await expectServed(ca, await ca.issue('edge', NAMES));
  });

  it('replaces an authority whose key is missing', async () => {
    const directory = await temporaryDirectory();
    await openDevCa(directory);
    await rm(join(directory, 'ca.key'));
    expect((await openDevCa(directory)).replacedBecause).toBe('its key is missing');
  });

  it('replaces an authority whose key is another one, as a crash while renewing leaves it', async () => {
    const directory = await temporaryDirectory();
    await openDevCa(directory);
    const other = await createCertificateAuthority({ commonName: 'other', permittedDomains: ['localhost'] });
    await writeFile(join(directory, 'ca.key'), other.key);
    expect((await openDevCa(directory)).replacedBecause).toBe('its key belongs to another certificate');
  });

  it('rejects a directory that is a file', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    await expect(openDevCa(file)).rejects.toMatchObject({ code: 'DEV_CA_STATE_INACCESSIBLE' });
  });
});

describe('issue', () => {
  it('writes leaf, authority and key into one file that a server can use', async () => {
    const ca = await openDevCa(await temporaryDirectory());
    await expectServed(ca, await ca.issue('edge', NAMES));
  });

  it('keeps the certificate while the same names are asked for, in any order and case', async () => {
    const ca = await openDevCa(await temporaryDirectory());
    const first = await read((await ca.issue('edge', ['a.localhost', 'b.localhost'])).file);
    const again = await read((await ca.issue('edge', ['B.localhost', 'a.localhost', 'a.localhost'])).file);
    expect(again).toBe(first);
  });

  it('issues anew when the names change', async () => {
    const ca = await openDevCa(await temporaryDirectory());
    const first = await read((await ca.issue('edge', ['a.localhost', 'b.localhost'])).file);
    const fewer = await read((await ca.issue('edge', ['a.localhost'])).file);
    expect(fewer).not.toBe(first);
  });

  it('issues anew when the certificate nears its expiry', async () => {
    const directory = await temporaryDirectory();
    const first = await read((await (await openDevCa(directory)).issue('edge', NAMES)).file);
    const kept = await openDevCa(directory, { now: daysFromNow(59) });
    expect(await read((await kept.issue('edge', NAMES)).file)).toBe(first);
    const later = await openDevCa(directory, { now: daysFromNow(61) });
    expect(await read((await later.issue('edge', NAMES)).file)).not.toBe(first);
  });

  it('issues anew when the authority was replaced', async () => {
    const directory = await temporaryDirectory();
    const first = await read((await (await openDevCa(directory)).issue('edge', NAMES)).file);
    await rm(join(directory, 'ca.pem'));
    const ca = await openDevCa(directory);
    const second = await ca.issue('edge', NAMES);
    expect(await read(second.file)).not.toBe(first);
    await expectServed(ca, second);
  });

  it('issues anew when the file was damaged', async () => {
    const ca = await openDevCa(await temporaryDirectory());
    const { file } = await ca.issue('edge', NAMES);
    await writeFile(file, (await read(file)).slice(0, 500));
    await expectServed(ca, await ca.issue('edge', NAMES));
  });

  it.each(['ca', '../edge', '', 'a/b', '.hidden'])('rejects the file name %j', async (name) => {
    const ca = await openDevCa(await temporaryDirectory());
    await expect(ca.issue(name, NAMES)).rejects.toMatchObject({ code: 'DEV_CA_INVALID_NAME' });
  });
});

async function expectServed(
  ca: { readonly caFile: string },
  { file }: { readonly file: string },
): Promise<void> {
  const pem = await read(file);
  const port = await serveTls({ certificate: pem, key: pem });
  expect(await handshake(port, await read(ca.caFile), 'fast.example.com.localhost')).toBe('accepted');
}
