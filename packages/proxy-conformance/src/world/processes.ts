import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process and everything that it started, in that order. Linux alone. */
export async function processTree(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const pids = children.join(' ').split(' ').filter(Boolean).map(Number);
  return [pid, ...(await Promise.all(pids.map(processTree))).flat()];
}

/** Resident memory of the largest process of a tree. */
export async function residentKiB(pid: number): Promise<number> {
  const sizes = await Promise.all(
    (await processTree(pid)).map(async (each) => {
      const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    }),
  );
  return Math.max(0, ...sizes);
}

const LISTEN = '0A';

/** `address:port` of every TCP socket of IPv4 or IPv6 that one of the processes listens on, sorted. */
export async function listeningSockets(pids: readonly number[]): Promise<readonly string[]> {
  const inodes = new Set((await Promise.all(pids.map(socketInodes))).flat());
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')),
  );
  const found = tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === LISTEN && inodes.has(inode))
      .map(([, local = '']) => readableAddress(local)),
  );
  return [...new Set(found)].toSorted();
}

async function socketInodes(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const links = await Promise.all(descriptors.map((each) => readlink(`${folder}/${each}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The kernel writes an IPv4 address as a number of this machine's own byte order; IPv6 stays as it is. */
function readableAddress(local: string): string {
  const [hex = '', port = ''] = local.split(':');
  const address = hex.length === 8 ? [...Buffer.from(hex, 'hex').reverse()].join('.') : hex;
  return `${address}:${Number.parseInt(port, 16)}`;
}
