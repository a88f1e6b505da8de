/**
 * Runs the generated playbook with the real ansible-playbook against a real haproxy in a scratch folder, and shows
 * that it installs, reloads, changes nothing the second time, refuses what haproxy refuses, and takes back what does
 * not answer. Brings ansible-core by itself, in a virtual environment that git ignores.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { requireTopology, type Topology } from '@isochrone/topology';
import {
  type EdgeSettings,
  generate,
  productionSettings,
  renderHaproxy,
  renderServersScript,
  serverStateFile,
} from '../src/index.ts';

const ANSIBLE = 'ansible-core==2.19.14';
const venv = join(import.meta.dirname, '../../../.venv/ansible');
const PATIENCE_MS = 20_000;

const topologyOf = (more: string): Topology =>
  requireTopology(
    `service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\n${more}regions:\n  us-east-1: {}\n`,
    'ansible.yaml',
  );

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

function bringAnsible(): string {
  const playbook = join(venv, 'bin/ansible-playbook');
  const pip = join(venv, 'bin/pip');
  const installed =
    existsSync(pip) && run(pip, ['freeze', '--disable-pip-version-check']).output.includes(ANSIBLE);
  if (installed) return playbook;
  console.log(`installing ${ANSIBLE} into .venv/ansible`);
  mkdirSync(dirname(venv), { recursive: true });
  for (const [program, args] of [
    ['python3', ['-m', 'venv', venv]],
    [pip, ['install', '--quiet', '--disable-pip-version-check', ANSIBLE]],
  ] as const) {
    const { status, output } = run(program, args);
    if (status !== 0) throw new Error(`${program} failed: ${output}`);
  }
  return playbook;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('expected an address');
  return address.port;
}

/** A folder with everything that a machine of ours has, and a haproxy that runs on it. */
async function machine(folder: string) {
  const authority = await createCertificateAuthority({ commonName: 'verify:ansible' });
  const wildcard = await issueCertificate(authority, { hostnames: ['*.example.com'] });
  const settings: EdgeSettings = {
    ...productionSettings,
    bind: { address: '127.0.0.1', port: await freePort() },
    plainBind: null,
    certificate: join(folder, 'edge.pem'),
    originCa: join(folder, 'ca.pem'),
    resolver: { address: '127.0.0.1', port: await freePort() },
    adminBind: { address: '127.0.0.1', port: await freePort() },
    adminSocket: join(folder, 'admin.sock'),
    maxConnections: 100,
  };
  writeFileSync(settings.certificate, wildcard.certificate + wildcard.key, { mode: 0o600 });
  writeFileSync(settings.originCa, authority.certificate);
  return settings;
}

const render = (topology: Topology, settings: EdgeSettings): string => {
  const instance = topology.regions[0]?.proxies[0];
  if (instance === undefined) throw new Error('expected a proxy');
  return renderHaproxy(topology, instance, settings, 'ansible.yaml');
};

async function startHaproxy(file: string, settings: EdgeSettings) {
  const child = spawn('haproxy', ['-W', '-db', '-f', file], { stdio: ['ignore', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  await until(async () => (await admin(settings, 'show info')).includes('Uptime'));
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function admin({ adminSocket }: EdgeSettings, command: string): Promise<string> {
  if (!existsSync(adminSocket)) return '';
  const socket = connect(adminSocket);
  socket.end(`${command}\n`);
  return text(socket).catch(() => '');
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('waited too long');
    await sleep(100);
  }
}

function expectThat(what: string, holds: boolean, output = ''): void {
  if (!holds) throw new Error(`not so: ${what}\n${output}`);
  console.log(`ok  ${what}`);
}

async function verify(folder: string): Promise<void> {
  const playbook = bringAnsible();
  const settings = await machine(folder);
  const destination = join(folder, 'etc/haproxy.cfg');
  mkdirSync(dirname(destination));
  const [before, after] = [topologyOf(''), topologyOf('edge: { maxConnectionAge: 300 }\n')];
  writeFileSync(destination, render(before, settings));
  const generated = join(folder, 'generated');
  for (const { path, content } of generate(after, { source: 'ansible.yaml' })) {
    mkdirSync(dirname(join(generated, path)), { recursive: true });
    writeFileSync(join(generated, path), content);
  }
  const rendered = join(generated, 'proxies/proxy1-us-east-1-fast/haproxy.cfg');
  writeFileSync(rendered, render(after, settings));
  writeFileSync(
    join(generated, 'ansible/roles/edge/files/haproxy-servers.sh'),
    renderServersScript({
      configFile: destination,
      adminSocket: settings.adminSocket,
      stateFile: serverStateFile(settings),
    }),
  );
  const haproxy = await startHaproxy(destination, settings);
  const worker = async (): Promise<string> =>
    /^Pid: (\d+)/m.exec(await admin(settings, 'show info'))?.[1] ?? '';
  const play = (more: readonly string[] = []) => {
    const variables = {
      ansible_connection: 'local',
      ansible_become: false,
      ansible_python_interpreter: join(venv, 'bin/python'),
      edge_destination: destination,
      edge_reload: `kill -USR2 ${haproxy.pid}`,
      edge_address: `127.0.0.1:${settings.bind.port}`,
      edge_ca: settings.originCa,
    };
    return run(
      playbook,
      [
        ...[
          '--inventory',
          join(generated, 'ansible/inventory.yaml'),
          '--extra-vars',
          JSON.stringify(variables),
        ],
        ...more,
        join(generated, 'ansible/playbook.yaml'),
      ],
      { ANSIBLE_HOME: join(folder, 'ansible'), ANSIBLE_NOCOLOR: '1', ANSIBLE_LOCALHOST_WARNING: 'False' },
    );
  };
  try {
    const old = await worker();
    const first = play();
    expectThat('the playbook runs', first.status === 0, first.output);
    expectThat(
      'the configuration is in its place',
      readFileSync(destination, 'utf8') === readFileSync(rendered, 'utf8'),
    );
    await until(async () => ![old, ''].includes(await worker()));
    expectThat(
      'its new worker knows the servers of the former',
      readFileSync(serverStateFile(settings), 'utf8').includes('api_us-east-1'),
    );
    expectThat('haproxy was reloaded', true);

    const second = play();
    expectThat(
      'a second run changes nothing',
      second.status === 0 && /changed=0/.test(second.output),
      second.output,
    );

    const good = readFileSync(destination, 'utf8');
    const current = await worker();
    writeFileSync(rendered, good.replace('frontend edge', 'frontend edge\n  no-such-keyword yes'));
    const refused = play();
    expectThat(
      'what haproxy refuses is refused',
      refused.status !== 0 && /failed to validate/.test(refused.output),
      refused.output,
    );
    expectThat(
      'and nothing was touched',
      readFileSync(destination, 'utf8') === good && (await worker()) === current,
    );

    const elsewhere = await freePort();
    writeFileSync(rendered, good.replace(`127.0.0.1:${settings.bind.port}`, `127.0.0.1:${elsewhere}`));
    const silent = play();
    expectThat(
      'what does not answer is taken back',
      silent.status !== 0 && /The engine answers/.test(silent.output),
      silent.output,
    );
    expectThat('and what ran before runs', readFileSync(destination, 'utf8') === good);
  } finally {
    await haproxy.stop();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'isochrone-ansible-'));
try {
  await verify(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
