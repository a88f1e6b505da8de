import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Endpoint } from '@isochrone/config-gen';

/** What Linux says of processes in /proc: see proc(5). Of a process that ends meanwhile, nothing. */

function fromProc<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise;
    throw error;
  }
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** The name of the program stands in parentheses and may hold anything, so that fields count from the last one. */
const parentOf = (pid: number): number =>
  fromProc(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  }, 0);

export const childrenOf = (pid: number): readonly number[] => pids().filter((each) => parentOf(each) === pid);

/** A process with everything that descends from it. */
export const processTree = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(processTree)];

/** Bytes of memory that are resident (VmRSS). */
export function residentBytes(pid: number): number {
  const status = fromProc(() => readFileSync(`/proc/${pid}/status`, 'latin1'), '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

/** What each of a process's file descriptors leads to. */
export const openFiles = (pid: number): readonly string[] =>
  fromProc(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    fromProc(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  );

export interface TcpSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly listens: boolean;
  readonly inode: string;
}

/** TCP sockets of these processes, each once. */
export function tcpSocketsOf(processes: readonly number[]): readonly TcpSocket[] {
  const inodes = new Set(processes.flatMap(openFiles).map((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1]));
  return tcpSockets().filter(({ inode }) => inodes.has(inode));
}

const TCP_LISTEN = '0A';

function tcpSockets(): readonly TcpSocket[] {
  const tables = ['tcp', 'tcp6'].map((table) =>
    fromProc(() => readFileSync(`/proc/net/${table}`, 'latin1'), ''),
  );
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => {
        const [, local = '', remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
        return { local: endpointOf(local), remote: endpointOf(remote), listens: state === TCP_LISTEN, inode };
      }),
  );
}

/** `0100007F:20FB`: the address as numbers of 32 bits in the byte order of the machine (little-endian here), and the port. */
function endpointOf(text: string): Endpoint {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex');
  bytes.swap32();
  const v4 = bytes.length === 4 ? bytes : v4Within(bytes);
  return {
    address: v4 ? v4.join('.') : (bytes.toString('hex').match(/.{4}/g)?.join(':') ?? ''),
    port: Number.parseInt(port, 16),
  };
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
function v4Within(bytes: Buffer): Buffer | undefined {
  return bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))
    ? bytes.subarray(12)
    : undefined;
}
