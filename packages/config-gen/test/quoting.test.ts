import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigGenError, type EdgeSettings, productionSettings, renderHaproxy } from '../src/index.ts';
import { haproxyCheck, settingsIn, temporaryDirectory } from './support/check.ts';
import { firstInstance, topologyWith } from './support/topologies.ts';

const topology = topologyWith(['us-east-1', 'eu-west-1']);
const render = (settings: Partial<EdgeSettings>) =>
  renderHaproxy(topology, firstInstance(topology), { ...productionSettings, ...settings });

/** Characters that mean something to haproxy, a shell or a format string; and any others that a file name takes. */
const fileName = fc
  .array(
    fc.oneof(
      fc.constantFrom(...` '"\\#$%{}[]()~@:,;*?&|!=+-_.\t`),
      fc.constantFrom('$' + '{HOME}', '$HOME', "'\\''", '\\x41', '%[src]', 'é', '日', '\u{1f600}'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => `x${parts.join('')}`.replaceAll(/[/\0\r\n]/g, '-'))
  .filter((name) => name.isWellFormed() && Buffer.byteLength(name) < 60);

it('names files that haproxy finds, whatever they are called', async () => {
  const directory = await temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(fileName, async (name) => {
      const settings = await settingsIn(directory, name);
      const config = render({ ...settings, adminSocket: settings.adminSocket.replaceAll(/[,$]/g, '-') });
      expect(await haproxyCheck(directory, config)).toBe('Configuration file is valid');
    }),
    { numRuns: 10 },
  );
});

it('does not find a file whose name differs in one character that needs quoting', async () => {
  const directory = await temporaryDirectory();
  const settings = await settingsIn(directory, "it's");
  const config = render({ ...settings, certificate: settings.certificate.replaceAll("'", '') });
  await expect(haproxyCheck(directory, config)).rejects.toThrow('unable to stat SSL certificate');
});

it('takes IPv6 addresses', async () => {
  const directory = await temporaryDirectory();
  const config = render({
    ...(await settingsIn(directory)),
    bind: { address: '::1', port: 8443 },
    plainBind: { address: '::', port: 8080 },
    resolver: { address: '::1', port: 5300 },
  });
  expect(await haproxyCheck(directory, config)).toBe('Configuration file is valid');
});

describe('rejects', () => {
  const codeOf = (settings: Partial<EdgeSettings>): string | undefined => {
    try {
      render(settings);
    } catch (error) {
      if (error instanceof ConfigGenError) return error.code;
      throw error;
    }
    return undefined;
  };

  it.each(['/a\nb', '/a\rb', '/a\0b', 'a', '', 'unix@/a', '@system-ca'])('the path %j', (path) => {
    expect(codeOf({ certificate: path })).toBe('CONFIG_GEN_INVALID_PATH');
    expect(codeOf({ originCa: path })).toBe('CONFIG_GEN_INVALID_PATH');
    expect(codeOf({ adminSocket: path })).toBe('CONFIG_GEN_INVALID_PATH');
  });

  it.each(['/a,b', '/$HOME', '/a$'])('the socket path %j', (path) => {
    expect(codeOf({ adminSocket: path })).toBe('CONFIG_GEN_INVALID_PATH');
  });

  it.each(['localhost', '*', 'unix@/a', '127.0.0.1\n', '[::1]', ''])('the address %j', (address) => {
    expect(codeOf({ bind: { address, port: 1 } })).toBe('CONFIG_GEN_INVALID_ADDRESS');
    expect(codeOf({ plainBind: { address, port: 1 } })).toBe('CONFIG_GEN_INVALID_ADDRESS');
    expect(codeOf({ resolver: { address, port: 1 } })).toBe('CONFIG_GEN_INVALID_ADDRESS');
  });

  it('a socket path that haproxy could not bind, and takes the longest that it can', async () => {
    expect(codeOf({ adminSocket: `/${'a'.repeat(97)}` })).toBe('CONFIG_GEN_SOCKET_PATH_TOO_LONG');
    const directory = await temporaryDirectory();
    const adminSocket = `/${'a'.repeat(96)}`;
    const settings = await settingsIn(directory);
    expect(await haproxyCheck(directory, render({ ...settings, adminSocket }))).toBe(
      'Configuration file is valid',
    );
    const tooLong = render({ ...settings, adminSocket }).replace(adminSocket, `${adminSocket}a`);
    await expect(haproxyCheck(directory, tooLong)).rejects.toThrow('too long');
  });
});
