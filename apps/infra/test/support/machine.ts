import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EdgeSettings, productionSettings } from '@isochrone/config-gen';
import {
  type Certificates,
  makeCertificates,
  startNameServer,
  startUpstream,
} from '@isochrone/proxy-conformance';
import type { Engine, ProxyInstance, Topology } from '@isochrone/topology';
import { type EdgeRelease, edgeRelease } from '../../src/edge-release.ts';
import { type BootTimeouts, bootTimeouts, renderUserData } from '../../src/user-data.ts';
import { topologyWith } from './stacks.ts';

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** A machine of AWS in a folder: real scripts and engines, with AWS and the package manager replaced. */
export interface Machine {
  readonly root: string;
  readonly certificates: Certificates;
  readonly instance: ProxyInstance;
  /** Where the engine listens. */
  readonly port: number;
  boot(timeouts?: Partial<BootTimeouts>): Promise<Ran>;
  run(program: 'isochrone-pull' | 'isochrone-leave'): Promise<Ran>;
  /** Puts a release into the bucket and names it; `edit` may damage its files first. */
  release(parts?: Parameters<typeof topologyWith>[0], edit?: (release: EdgeRelease) => EdgeRelease): void;
  putCertificate(pem: string): void;
  setLifecycle(state: string): void;
  /** What was asked of AWS and of the system so far, a line each. */
  calls(): readonly string[];
  /** Status and body of `/healthz`. */
  healthz(): Promise<Ran>;
  enginePid(): string;
  close(): Promise<void>;
}

const programs = join(import.meta.dirname, '../machine');
const EDGE_PROXY = join(import.meta.dirname, '../../../edge-proxy/dist/main.mjs');

export async function startMachine(engine: Engine): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-machine-'));
  const root = join(folder, 'root');
  const machine = join(folder, 'aws');
  mkdirSync(root);
  mkdirSync(join(machine, 'bin'), { recursive: true });
  mkdirSync(join(machine, 'bucket'));
  for (const name of ['apt-get', 'dpkg', 'adduser', 'chown', 'amazon-cloudwatch-agent-ctl'])
    symlinkSync(join(programs, 'done'), join(machine, 'bin', name));
  const certificates = await makeCertificates();
  writeFileSync(join(machine, 'ca.pem'), certificates.authority);
  writeFileSync(join(machine, 'calls.log'), '');
  writeFileSync(join(machine, 'lifecycle'), 'InService');
  const sha512 = packNode(machine);
  const port = await freePort();
  const nameServer = await startNameServer({ 'us-east-1-fast.example.com': ['127.0.0.1'] });
  const upstream = await startUpstream({
    region: 'us-east-1',
    hostname: 'us-east-1-fast.example.com',
    certificate: certificates.wildcard,
  });
  const settings: EdgeSettings = {
    ...productionSettings,
    bind: { address: '127.0.0.1', port },
    plainBind: null,
    adminBind: { address: '127.0.0.1', port: await freePort() },
    adminSocket: join(machine, 'admin.sock'),
    certificate: join(root, 'etc/isochrone/edge.pem'),
    originCa: join(machine, 'ca.pem'),
    originPort: () => upstream.endpoint.port,
    resolver: nameServer.endpoint,
    workers: 1,
    maxConnections: 500,
  };
  const topologyOf = (parts: Parameters<typeof topologyWith>[0]): Topology =>
    topologyWith({ edge: { engine }, ...parts });
  const [instance] = topologyOf({}).regions.flatMap(({ proxies }) => proxies);
  if (instance === undefined) throw new Error('a topology without proxies');
  const environment = {
    ...process.env,
    ISOCHRONE_ROOT: root,
    MACHINE: machine,
    NODE: process.execPath,
    REAL_PATH: process.env['PATH'],
    PATH: [
      join(root, 'usr/local/sbin'),
      programs,
      join(machine, 'bin'),
      process.env['PATH'],
      '/usr/sbin',
    ].join(':'),
  };
  const bash = async (file: string): Promise<Ran> => run('bash', [file], environment);

  return {
    root,
    certificates,
    instance,
    port,
    boot(timeouts = {}) {
      const file = join(machine, 'user-data');
      writeFileSync(
        file,
        renderUserData({
          engine,
          region: 'us-east-1',
          hostname: instance.hostname,
          instance: 'proxy1-us-east-1-fast',
          releaseParameter: '/isochrone/fast/edge/proxy1-us-east-1-fast',
          certificateSecret: 'isochrone/fast/edge-certificate',
          allocationId: 'eipalloc-1',
          group: 'proxy1-us-east-1-fast',
          stack: 'fast-Edge-us-east-1',
          resource: 'Group',
          logGroup: '/isochrone/fast/edge',
          drain: 1,
          adminSocket: settings.adminSocket,
          healthAddress: `127.0.0.1:${port}`,
          node: { url: 'https://registry.npmjs.org/node.tgz', sha512 },
          timeouts: { ...bootTimeouts, ...timeouts },
        }),
      );
      return bash(file);
    },
    run: (program) => bash(join(root, 'usr/local/sbin', program)),
    release(parts = {}, edit = (release) => release) {
      const { files, manifest } = edit(
        edgeRelease(topologyOf(parts), instance, readFileSync(EDGE_PROXY), settings),
      );
      for (const { key, content } of [...files, manifest])
        writeFileSync(join(machine, 'bucket', key), content);
      writeFileSync(join(machine, 'parameter'), `s3://bucket/${manifest.key}\n`);
    },
    putCertificate: (pem) => writeFileSync(join(machine, 'secret'), pem),
    setLifecycle: (state) => writeFileSync(join(machine, 'lifecycle'), state),
    calls: () => readFileSync(join(machine, 'calls.log'), 'utf8').trimEnd().split('\n'),
    healthz: () =>
      run(
        'curl',
        [
          '--silent',
          '--connect-to',
          `::127.0.0.1:${port}`,
          '--write-out',
          ' %{http_code}',
          `https://${instance.hostname}/healthz`,
        ],
        environment,
      ),
    enginePid: () => readFileSync(join(machine, 'isochrone-edge.service.pid'), 'utf8').trim(),
    async close() {
      spawnSync('systemctl', ['stop', 'isochrone-edge.service'], { env: environment });
      await upstream.close();
      nameServer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An archive of the npm registry's shape, of a Node that is the one that runs this. */
function packNode(machine: string): string {
  const program = join(machine, 'package/bin/node');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  const archive = join(machine, 'node.tgz');
  spawnSync('tar', ['--create', '--gzip', '--file', archive, '--directory', machine, 'package']);
  return createHash('sha512').update(readFileSync(archive)).digest('hex');
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [status] = await once(child, 'close');
  return { status: typeof status === 'number' ? status : null, output };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Until `condition` holds; the test's own timeout ends it. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(100);
}
