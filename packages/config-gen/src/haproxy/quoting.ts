import { isIP } from 'node:net';
import type { Endpoint } from '../edge-settings.ts';
import { ConfigGenError } from '../errors.ts';

/** haproxy's limit for a socket that it binds under a temporary name first (`str2sa_range` in its tools.c). */
const MAX_SOCKET_PATH_BYTES = 97;

/**
 * One word of a configuration line. Between single quotes haproxy takes everything literally, `$`, `#`, `"` and
 * backslashes included; only the quote itself has to stand outside. `text` must not hold a line break or NUL.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * An absolute file path as one word.
 *
 * @throws ConfigGenError where haproxy's line-based format cannot hold the path, or would read it as another kind of address.
 */
export function quotedPath(path: string): string {
  if (!path.startsWith('/') || /[\0\r\n]/.test(path)) {
    throw new ConfigGenError(
      'CONFIG_GEN_INVALID_PATH',
      `path ${JSON.stringify(path)} cannot stand in a configuration file, expected an absolute path without line breaks`,
      'use an absolute path without line breaks or NUL',
    );
  }
  return quoted(path);
}

/** @throws ConfigGenError also where haproxy would bind another path: it reads socket paths as lists of addresses. */
export function quotedSocketPath(path: string): string {
  if (/[,$]/.test(path)) {
    throw new ConfigGenError(
      'CONFIG_GEN_INVALID_PATH',
      `socket path ${JSON.stringify(path)} has a comma or a dollar sign, which haproxy takes for the next address or a variable`,
      'use a state directory without these characters',
    );
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    throw new ConfigGenError(
      'CONFIG_GEN_SOCKET_PATH_TOO_LONG',
      `socket path ${JSON.stringify(path)} has ${bytes} bytes, haproxy takes at most ${MAX_SOCKET_PATH_BYTES}`,
      'use a shorter state directory',
    );
  }
  return quotedPath(path);
}

/** @throws ConfigGenError where the address is not an IP address: haproxy would look a name up, or take a prefix such as `unix@`. */
export function endpoint({ address, port }: Endpoint): string {
  const family = isIP(address);
  if (family === 0) {
    throw new ConfigGenError(
      'CONFIG_GEN_INVALID_ADDRESS',
      `address ${JSON.stringify(address)} is no IP address`,
      'use an IPv4 or IPv6 address, such as 127.0.0.1',
    );
  }
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
