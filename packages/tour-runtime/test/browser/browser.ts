import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { expect, vi } from 'vitest';

const EXECUTABLE = '/usr/bin/chromium';

// Browsers wait for things to happen; on a machine that does much else, that can be long without anything being wrong.
vi.setConfig({ testTimeout: 120_000 });

/** Looks again and again until it is as expected. */
export const eventually = <Value>(look: () => Value) => expect.poll(look, { timeout: 60_000 });

/** Starts Debian's Chromium; throws, rather than skip, where it is not installed. */
export async function startChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`${EXECUTABLE} not found; install the Debian package chromium: apt-get install chromium`);
  }
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
