import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { findHaproxy } from '@isochrone/engines';
import { z } from 'zod';
import type { Machine } from './results.ts';

const PACKAGES = ['fastify', '@fastify/http-proxy', 'http-proxy', 'httpxy', 'fast-proxy'];

/** What figures are measured on, and with. */
export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: release().split('-', 1)[0] ?? 'unknown',
    versions: {
      haproxy: said(findHaproxy(), ['-v'], /version (\d+\.\d+\.\d+)/),
      nginx: said('nginx', ['-v'], /nginx\/(\S+)/),
      caddy: said('caddy', ['version'], /v?(\d+\.\d+\.\d+)/),
      h2load: said('h2load', ['--version'], /nghttp2\/(\S+)/),
      Node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
  };
}

/** What a program says of its version, on either output. */
function said(program: string, args: readonly string[], pattern: RegExp): string {
  try {
    const output = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', program, ...args], { encoding: 'utf8' });
    return pattern.exec(output)?.[1] ?? 'unknown';
  } catch {
    return 'absent';
  }
}

const require = createRequire(import.meta.url);
const manifest = z.object({ version: z.string() });

function versionOf(name: string): string {
  const folders = require.resolve.paths(name) ?? [];
  const file = folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path));
  if (file === undefined) return 'unknown';
  return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
