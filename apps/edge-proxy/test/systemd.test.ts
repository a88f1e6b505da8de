import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { edgeProxyConfigSchema } from '@isochrone/config-gen';
import { expect, it } from 'vitest';
import { STOP_SECONDS } from '../src/edge.ts';
import { temporaryFolder } from './support/certificates.ts';

const UNIT = join(import.meta.dirname, '../systemd/isochrone-edge-proxy.service');
const ANALYZE = '/usr/bin/systemd-analyze';
const unit = readFileSync(UNIT, 'utf8');

const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

it('waits for a whole drain when it stops the proxy', () => {
  const rendered = join(
    import.meta.dirname,
    '../../../generated/production/proxies/proxy1-us-east-1-fast/edge-proxy.json',
  );
  const { drain } = edgeProxyConfigSchema.parse(JSON.parse(readFileSync(rendered, 'utf8')));

  expect(setting('KillSignal')).toBe('SIGUSR2');
  expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(drain + STOP_SECONDS);
});

// Where there is no systemd, nobody starts a unit either.
it.skipIf(!existsSync(ANALYZE))('is a valid unit, in a sandbox that systemd finds tight', async () => {
  const file = join(temporaryFolder(), 'isochrone-edge-proxy.service');
  // Verified is also that programs exist, and Node is not where it is on a server.
  writeFileSync(file, unit.replaceAll('/usr/bin/node', process.execPath));
  const analyze = async (...args: string[]) => promisify(execFile)(ANALYZE, [...args, file]);

  expect(await analyze('verify')).toEqual({ stdout: '', stderr: '' });
  // 10 is no sandbox at all; above the threshold the command fails.
  const { stdout } = await analyze('security', '--offline=true', '--threshold=20');
  expect(stdout).toMatch(/Overall exposure level for isochrone-edge-proxy\.service: [01]\.\d OK/);
});
