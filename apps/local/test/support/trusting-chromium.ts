import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);

/**
 * Debian's Chromium with a home of its own, in which an authority is trusted as a person would do it. `args` are
 * further arguments of its command line.
 */
export async function startTrustingChromium(caFile: string, args: readonly string[] = []): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), 'isochrone-chromium-'));
  const database = join(home, '.pki', 'nssdb');
  await mkdir(database, { recursive: true });
  await run('certutil', ['-d', `sql:${database}`, '-N', '--empty-password']);
  await run('certutil', ['-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'isochrone', '-i', caFile]);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, HOME: home },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', ...args],
  });
  browser.on('disconnected', () => void rm(home, { recursive: true, force: true, maxRetries: 5 }));
  return browser;
}
