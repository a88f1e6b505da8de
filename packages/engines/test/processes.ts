import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { findHaproxy, type RunningProcess } from '../src/index.ts';

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Counted, as a clock goes on while a machine stands still. */
const LOOKS = 1500;

/** For what announces itself by no event: another process's end, a socket's first answer. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (await check()) return;
    await sleep(10);
  }
  throw new Error(`looked ${LOOKS} times in vain until ${what}`);
}

/** Whether a process has ended; one that its new parent has not reaped yet (state Z) has. */
export async function isGone(pid: number): Promise<boolean> {
  return ['Z', ''].includes(await stateOf(pid));
}

/** `S` for one that waits, `T` for one that is stopped (proc_pid_stat(5), field 3); empty when there is none. */
async function stateOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return '';
  }
}

export const untilStopped = (pid: number): Promise<void> =>
  until(`${pid} is stopped`, async () => (await stateOf(pid)) === 'T');

export const untilRunning = (pid: number): Promise<void> =>
  until(`${pid} runs`, async () => ['R', 'S'].includes(await stateOf(pid)));

export const untilGone = (pid: number): Promise<void> => until(`${pid} is gone`, () => isGone(pid));

/** The process group of a process (proc_pid_stat(5), field 5). */
export async function groupOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** A log that can be waited for. */
export function listen(): {
  readonly lines: readonly string[];
  readonly log: (line: string) => void;
  readonly line: (pattern: RegExp) => Promise<string>;
} {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  return {
    lines,
    log: (line) => {
      lines.push(line);
      for (const look of waiting) look();
    },
    line: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Ends the process with the test, whatever became of it. */
export function stopAfterTest<T extends RunningProcess>(process: T): T {
  onTestFinished(() => process.stop({ graceMs: 0 }));
  return process;
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-engines-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

export interface HaproxyFiles {
  readonly file: string;
  readonly socket: string;
  readonly upstream: string;
  /** The text of the file; `more` goes into its frontend. */
  readonly config: (more?: string) => string;
}

/** A configuration for haproxy which listens on a socket file, so that no port is needed, and asks an upstream. */
export async function haproxyConfig(): Promise<HaproxyFiles> {
  findHaproxy();
  const directory = await temporaryDirectory();
  const file = join(directory, 'haproxy.cfg');
  const socket = join(directory, 'edge.sock');
  const upstream = join(directory, 'upstream.sock');
  const config = (more = ''): string => `
global
  stats socket '${directory}/admin.sock' mode 600 level admin expose-fd listeners
  server-state-file '${directory}/servers.state'
defaults
  mode http
  load-server-state-from-file global
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend edge
  bind unix@${socket}
  http-request return status 503 if { path /healthz } { nbsrv(drain) eq 0 }
  http-request return status 200 if { path /healthz }
  ${more}
  default_backend upstream
backend upstream
  server one unix@${upstream}
backend drain
  server flag 127.0.0.1:1
`;
  await writeFile(file, config());
  return { file, socket, upstream, config };
}

export function get(socketPath: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    };
    request({ socketPath, path, agent: false }, answered).once('error', reject).end();
  });
}

export const untilServing = (socket: string): Promise<void> =>
  until(`${socket} answers`, () =>
    get(socket, '/healthz').then(
      (status) => status === 200,
      () => false,
    ),
  );

/** The pids of a process's children. */
export const childrenOf = (pid: number): Promise<readonly number[]> =>
  new Promise((resolve) => {
    execFile('ps', ['-o', 'pid=', '--ppid', String(pid)], (_error, stdout) => {
      resolve(stdout.trim().split(/\s+/).filter(Boolean).map(Number));
    });
  });
