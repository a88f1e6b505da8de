import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contender.ts';
import { PROXY_CORE } from '../cores.ts';
import { startProgram } from '../program.ts';

const program = (name: string): string => fileURLToPath(new URL(`../proxies/${name}.mjs`, import.meta.url));

const contender = (name: string, title: string, verifies: boolean): Contender => ({
  name,
  title,
  http2: false,
  verifies,
  async start({ apiHost, upstreamPort, certificateFile, keyFile, authorityFile }, port, folder) {
    const options = { port, upstreamPort, apiHost, certificateFile, keyFile, authorityFile };
    return startProgram(
      PROXY_CORE,
      [process.execPath, program(name), JSON.stringify(options)],
      join(folder, 'log'),
    );
  },
});

/** Each in a few lines around the package, without a log, limits, health checks or another upstream to ask. */
export const node: readonly Contender[] = [
  // reply-from verifies nothing unless it is told to.
  contender('fastify-http-proxy', '@fastify/http-proxy, as it comes', false),
  contender('http-proxy', 'http-proxy, with an agent', true),
  contender('httpxy', 'httpxy, with an agent', true),
  contender('fast-proxy', 'fast-proxy, https', true),
  contender('fast-proxy-undici', 'fast-proxy, undici', true),
];
