/**
 * Runs the units of a machine with haproxy under a real systemd, and shows that nobody who connects while haproxy dies,
 * reloads or starts again is refused. Needs root on Linux with systemd, haproxy, socat, curl, pgrep and ip; what it
 * changes stands in namespaces and a scratch layer of files that go when it ends.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  productionSettings,
  renderHaproxy,
  renderServersScript,
  serverStateFile,
} from '@isochrone/config-gen';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { requireTopology } from '@isochrone/topology';

const units = join(import.meta.dirname, '../../user-data');
const topology = requireTopology(
  'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: {}\n',
  'systemd.yaml',
);

function refuse(reason: string): never {
  console.error(`verify:systemd cannot run here: ${reason}`);
  process.exit(2);
}

if (process.platform !== 'linux' || process.getuid?.() !== 0) refuse('it needs root on Linux');
if (!existsSync('/usr/lib/systemd/systemd')) refuse('systemd is not installed');

const instance = topology.regions[0]?.proxies[0];
if (instance === undefined) refuse('its topology has no proxy');
const folder = mkdtempSync(join(tmpdir(), 'isochrone-systemd-'));
const put = (path: string, text: string, mode = 0o644): void => {
  const file = join(folder, 'root', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
};

try {
  for (const each of ['scratch', 'result']) mkdirSync(join(folder, each));
  const authority = await createCertificateAuthority({ commonName: 'verify:systemd' });
  const { certificate, key } = await issueCertificate(authority, { hostnames: [instance.hostname] });
  put('etc/isochrone/ca.pem', authority.certificate);
  put('etc/isochrone/edge.pem', `${certificate}${key}`);
  // Fewer connections than in production: systemd in a namespace may not raise the limit of open files.
  put(
    'etc/isochrone/haproxy.cfg',
    renderHaproxy(topology, instance, { ...productionSettings, maxConnections: 1_000 }),
  );
  const { adminSocket } = productionSettings;
  put(
    'usr/local/sbin/isochrone-servers',
    renderServersScript({
      configFile: '/etc/isochrone/haproxy.cfg',
      adminSocket,
      stateFile: serverStateFile({ adminSocket }),
    }),
    0o755,
  );
  for (const kind of ['service', 'socket']) {
    put(`etc/systemd/system/isochrone-edge.${kind}`, readFileSync(join(units, `haproxy.${kind}`), 'utf8'));
    // Nothing else of this machine is to start.
    put(`etc/systemd/system/isochrone-edge.${kind}.d/alone.conf`, '[Unit]\nDefaultDependencies=no\n');
  }
  cpSync(join(import.meta.dirname, 'scenario.sh'), join(folder, 'root/usr/local/sbin/scenario'));
  put(
    'etc/systemd/system/verify.service',
    [
      '[Unit]',
      'DefaultDependencies=no',
      'SuccessAction=exit-force',
      'FailureAction=exit-force',
      '[Service]',
      'Type=oneshot',
      `Environment=EDGE_HOSTNAME=${instance.hostname}`,
      'ExecStart=/bin/bash /usr/local/sbin/scenario',
      '',
    ].join('\n'),
  );
  console.log('booting systemd in a namespace; this takes half a minute');
  const { stderr } = spawnSync('bash', [join(import.meta.dirname, 'boot.sh'), folder], { encoding: 'utf8' });
  const result = (name: string): string => {
    const file = join(folder, 'result', name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  };
  const lines = result('report').split('\n').filter(Boolean);
  const checks = lines.filter((line) => line !== 'end');
  const failed = checks.filter((line) => !line.startsWith('ok '));
  for (const line of checks) console.log(line);
  const isWhole = lines.at(-1) === 'end';
  if (!isWhole) console.log(`FAILED to come to its end: ${stderr.trim() || 'no reason given'}`);
  const isWell = isWhole && failed.length === 0;
  if (!isWell) console.log(result('errors'));
  console.log(`${checks.length - failed.length} passed, ${failed.length + (isWhole ? 0 : 1)} failed`);
  process.exitCode = isWell ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
