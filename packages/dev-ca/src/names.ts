import { isIP } from 'node:net';
import { DevCaError } from './errors.ts';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOSTNAME = new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})*$`);
const MAX_HOSTNAME = 253;

/**
 * The hostnames in lower case, sorted, each once, so that two lists that mean the same compare equal.
 *
 * @throws DevCaError DEV_CA_INVALID_HOSTNAME: not a DNS name, with or without a wildcard as its whole first label
 *   (RFC 9525, section 6.3).
 */
export function normalHostnames(hostnames: readonly string[]): readonly string[] {
  const normal = hostnames.map((hostname) => hostname.toLowerCase());
  for (const hostname of normal) {
    if (hostname.length > MAX_HOSTNAME || !HOSTNAME.test(hostname) || isIP(hostname) !== 0) {
      throw new DevCaError(
        'DEV_CA_INVALID_HOSTNAME',
        `cannot certify ${JSON.stringify(hostname)}: not a hostname`,
        {
          hint: 'write names such as "fast.example.com" or "*.example.com"; addresses are a list of their own',
        },
      );
    }
  }
  return [...new Set(normal)].sort();
}

/** Whether a certificate for `hostname` satisfies the constraint `domain`: that domain and everything below it (RFC 5280, section 4.2.1.10). */
export function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
