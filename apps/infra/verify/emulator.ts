import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './processes.ts';
import type { Python } from './python.ts';

export type EmulatorName = 'ministack' | 'moto';

export interface Emulator {
  readonly name: EmulatorName;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const START_SECONDS = 120;

/** Starts an emulator of AWS on a loopback port; its log goes to `folder`. */
export async function startEmulator(name: EmulatorName, python: Python, folder: string): Promise<Emulator> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, `${name}.log`), 'w');
  const [args, env, ready] =
    name === 'ministack'
      ? [['-m', 'ministack'], ministackEnvironment(port), '/_ministack/ready']
      : [['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {}, '/moto-api/data.json'];
  const child = spawn(python.program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  try {
    await untilReady(child, `${endpoint}${ready}`);
  } catch (cause) {
    stop();
    throw new Error(`${name} did not start; its log is ${join(folder, `${name}.log`)}`, { cause });
  }
  return {
    name,
    endpoint,
    async close() {
      process.off('exit', stop);
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Loopback only, and none of its side doors. */
const ministackEnvironment = (port: number): NodeJS.ProcessEnv => ({
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  GATEWAY_PORT: String(port),
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
  // Functions run on the Node that runs this.
  PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
});

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error(`${url} does not answer`);
    await delay(200);
  }
}
