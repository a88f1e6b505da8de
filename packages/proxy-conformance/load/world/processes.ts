import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Endpoint } from '@isochrone/config-gen';

/** What Linux tells of a process in /proc, see proc(5), at once: a process may not change meanwhile. */

/** Nothing of one that has ended. */
function fromProc<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise;
    throw error;
  }
}

/** Processes that this one started itself. */
export const childrenOf = (pid: number): readonly number[] =>
  fromProc(() => readdirSync(`/proc/${pid}/task`), [])
    .flatMap((task) =>
      fromProc(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1'), '').split(' '),
    )
    .filter((child) => child !== '')
    .map(Number);

export const processTree = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(processTree)];

export interface Memory {
  /** Bytes that are resident (VmRSS). */
  readonly resident: number;
  /** Those of them that are no file's (RssAnon, RssShmem). */
  readonly own: number;
}

export function memoryOf(pid: number): Memory {
  const status = fromProc(() => readFileSync(`/proc/${pid}/status`, 'latin1'), '');
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { resident: bytes('VmRSS'), own: bytes('RssAnon') + bytes('RssShmem') };
}

/** What each of a process's file descriptors leads to. */
export const openFiles = (pid: number): readonly string[] =>
  fromProc(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    fromProc(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  );

/** The far ends of a process's TCP connections over IPv4. */
export function farEndsOf(pid: number): readonly Endpoint[] {
  const inodes = new Set(openFiles(pid).map((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1]));
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , , , , , , inode]) => inode !== undefined && inodes.has(inode))
    .map(([, , far = '']) => endpointOf(far));
}

/** `0100007F:20FB`: the address is a number in the byte order of the machine, little-endian here. */
function endpointOf(text: string): Endpoint {
  const [address = '', port = ''] = text.split(':');
  return { address: Buffer.from(address, 'hex').reverse().join('.'), port: Number.parseInt(port, 16) };
}
