import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { productionSettings, renderHaproxy } from '@isochrone/config-gen';
import { pemFile } from '@isochrone/proxy-conformance';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EdgeRelease, ReleaseFile } from '../src/edge-release.ts';
import { type Machine, startMachine, until } from './support/machine.ts';
import { topologyWith } from './support/stacks.ts';

const engines = ['haproxy', 'fastify'] as const;

/** Real engines on a busy machine take their time. */
const PATIENCE = 300_000;

async function machineOf(engine: (typeof engines)[number]): Promise<Machine> {
  const machine = await startMachine(engine);
  onTestFinished(() => machine.close());
  return machine;
}

/** A machine that serves its first release. */
async function booted(engine: (typeof engines)[number]): Promise<Machine> {
  const machine = await machineOf(engine);
  machine.release();
  machine.putCertificate(pemFile(machine.certificates.wildcard));
  const { status, output } = await machine.boot({ start: 120 });
  expect(output).toContain('runs');
  expect(status).toBe(0);
  return machine;
}

const replaced = (release: EdgeRelease, content: string): EdgeRelease => {
  const [first, ...rest] = release.files;
  if (first === undefined) throw new Error('an empty release');
  const file = fileOf(first.name, content);
  const files = [file, ...rest];
  return {
    files,
    manifest: fileOf(
      'manifest.txt',
      files.map(({ sha256, key, name }) => `${sha256} ${key} ${name}\n`).join(''),
    ),
  };
};

function fileOf(name: string, content: string): ReleaseFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name, content, sha256, key: `${sha256}.txt` };
}

describe.each(engines)('a new machine with %s', (engine) => {
  it(
    'answers /healthz before it takes its address, and tells its stack last',
    async () => {
      const machine = await booted(engine);
      expect((await machine.healthz()).output).toMatch(/"status":"ok".* 200$/);
      const ours = machine.calls().filter((call) => /associate-address|signal-resource|restart/.test(call));
      expect(ours).toEqual([
        'systemctl restart isochrone-edge.service',
        expect.stringContaining(
          'associate-address --region us-east-1 --instance-id i-0123456789abcdef0 --allocation-id eipalloc-1',
        ),
        expect.stringMatching(/signal-resource .*--unique-id i-0123456789abcdef0 --status SUCCESS$/),
      ]);
    },
    PATIENCE,
  );

  it(
    'leaves what runs alone while there is no other release',
    async () => {
      const machine = await booted(engine);
      const before = machine.calls().length;
      expect((await machine.run('isochrone-pull')).status).toBe(0);
      expect(
        machine
          .calls()
          .slice(before)
          .filter((call) => call.startsWith('systemctl')),
      ).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'reloads another configuration in place',
    async () => {
      const machine = await booted(engine);
      const pid = machine.enginePid();
      machine.release({ edge: { engine, maxConnectionAge: 77 } });
      expect((await machine.run('isochrone-pull')).status).toBe(0);
      expect(machine.calls()).toContain('systemctl reload isochrone-edge.service');
      expect(machine.enginePid()).toBe(pid);
      expect((await machine.healthz()).output).toMatch(/ 200$/);
    },
    PATIENCE,
  );

  it(
    'presents a renewed certificate without a new release',
    async () => {
      const machine = await booted(engine);
      const before = await fingerprint(machine);
      machine.putCertificate(pemFile(machine.certificates.successor));
      expect((await machine.run('isochrone-pull')).status).toBe(0);
      await until(async () => (await fingerprint(machine)) !== before);
    },
    PATIENCE,
  );

  it(
    'goes on with what runs when the engine refuses a release',
    async () => {
      const machine = await booted(engine);
      machine.release({}, (release) => replaced(release, 'nonsense\n'));
      const { status, output } = await machine.run('isochrone-pull');
      expect(status).toBe(1);
      expect(output).toContain(`${engine} does not accept it`);
      expect((await machine.healthz()).output).toMatch(/ 200$/);
    },
    PATIENCE,
  );

  it(
    'goes on with what runs when a certificate has no key',
    async () => {
      const machine = await booted(engine);
      machine.putCertificate(machine.certificates.successor.certificate);
      expect((await machine.run('isochrone-pull')).status).toBe(1);
      expect((await machine.healthz()).output).toMatch(/ 200$/);
    },
    PATIENCE,
  );

  it(
    'takes no file that is not what the manifest says',
    async () => {
      const machine = await booted(engine);
      machine.release({ edge: { engine, maxConnectionAge: 77 } }, ({ files, manifest }) => ({
        files: files.map((file) => ({ ...file, content: `${file.content}\n` })),
        manifest,
      }));
      const { status, output } = await machine.run('isochrone-pull');
      expect(status).toBe(1);
      expect(output).toContain('is not what the manifest says');
    },
    PATIENCE,
  );

  it(
    'drains when its group takes it out, and then lets go',
    async () => {
      const machine = await booted(engine);
      machine.setLifecycle('Terminated');
      expect((await machine.run('isochrone-leave')).status).toBe(0);
      expect(machine.calls().at(-1)).toContain('complete-lifecycle-action');
      await until(async () => !/ 200$/.test((await machine.healthz()).output));
    },
    PATIENCE,
  );
});

describe('a machine that cannot serve', () => {
  it(
    'says so to its stack, and takes no address',
    async () => {
      const machine = await machineOf('haproxy');
      machine.release();
      const { status, output } = await machine.boot({ release: 0 });
      expect(status).toBe(1);
      expect(output).toContain('isochrone/fast/edge-certificate');
      expect(machine.calls().at(-1)).toMatch(/--status FAILURE$/);
      expect(machine.calls().filter((call) => call.includes('associate-address'))).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'takes no address with a certificate of another name',
    async () => {
      const machine = await machineOf('haproxy');
      machine.release();
      machine.putCertificate(pemFile(machine.certificates.wrongName));
      const { status } = await machine.boot({ release: 0, start: 1 });
      expect(status).toBe(1);
      expect(machine.calls().at(-1)).toMatch(/--status FAILURE$/);
    },
    PATIENCE,
  );
});

it('has systemd hold the socket that haproxy.cfg lets be held', () => {
  const unit = (kind: string): string =>
    readFileSync(join(import.meta.dirname, `../user-data/haproxy.${kind}`), 'utf8');
  const topology = topologyWith({});
  const [instance] = topology.regions[0]?.proxies ?? [];
  if (instance === undefined) throw new Error('no proxy');
  const config = renderHaproxy(topology, instance, productionSettings);
  const [, variable, address] = /^\s*bind "\$\{(\w+)-(.+)\}"/m.exec(config) ?? [];
  expect(unit('socket')).toContain(`ListenStream=${address}\n`);
  // Sockets are numbered from 3 on: sd_listen_fds(3).
  expect(unit('service')).toContain(`Environment=${variable}=fd@3\n`);
  // And they are passed to ExecStart alone.
  expect(unit('service')).toContain(`ExecReload=/usr/bin/env -u ${variable} /usr/sbin/haproxy -c`);
});

describe('the scripts', () => {
  it(
    'have nothing that shellcheck would say',
    async () => {
      const machine = await machineOf('haproxy');
      await machine.boot({ release: 0 });
      const files = ['usr/local/sbin', 'usr/local/lib'].flatMap((folder) =>
        readdirSync(join(machine.root, folder)).map((name) => join(machine.root, folder, name)),
      );
      expect(files).toHaveLength(4);
      const { status, stdout } = spawnSync('shellcheck', [...files, join(machine.root, '../aws/user-data')], {
        encoding: 'utf8',
      });
      expect(stdout).toBe('');
      expect(status).toBe(0);
    },
    PATIENCE,
  );
});

async function fingerprint({ port, instance, certificates }: Machine): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: instance.hostname,
    ca: certificates.authority,
  });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
