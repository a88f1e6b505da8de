import { fileURLToPath } from 'node:url';
import { API_HOST } from '../stage/names.ts';
import type { Contender, Site } from './contender.ts';
import type { NodeProxySite } from './programs/site.ts';

const entry = (name: string): string => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));

const siteOf = ({ bind, certificate, upstream }: Site): NodeProxySite => ({
  bind,
  certificate,
  upstream: `https://${upstream.address}:${upstream.port}`,
  apiHost: API_HOST,
});

const node = (id: string, title: string, program: string): Contender => ({
  id,
  title,
  family: 'node',
  http2: false,
  prepare: async (site) => ({
    command: process.execPath,
    args: [entry(program), JSON.stringify(siteOf(site))],
    // The only authority beside the public ones: those that verify, verify.
    env: { NODE_EXTRA_CA_CERTS: site.originCa },
  }),
});

/** What npm has for the purpose, each as its documentation shows it. */
export const nodeProxies: readonly Contender[] = [
  node('fastify-http-proxy', '@fastify/http-proxy', 'fastify-http-proxy'),
  node('http-proxy', 'http-proxy with an agent', 'http-proxy'),
  node('httpxy', 'httpxy', 'httpxy'),
  node('fast-proxy', 'fast-proxy, https', 'fast-proxy'),
  node('fast-proxy-undici', 'fast-proxy, undici', 'fast-proxy-undici'),
];
