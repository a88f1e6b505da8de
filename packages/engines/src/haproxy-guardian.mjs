// Stands between the supervisor and haproxy, which knows no lifeline: started by startNode, it takes haproxy's master
// and workers into its own process group, where the lifeline's SIGKILL reaches all of them.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const [binary, ...args] = process.argv.slice(2);
const haproxy = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });

haproxy.once('spawn', () => {
  process.send({ pid: haproxy.pid });
  whenListening(() => process.send({ ready: true }));
});
haproxy.once('error', (error) => {
  process.send({ failed: error.message }, () => process.exit(1));
});
haproxy.once('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  // The supervisor is told how haproxy ended by this process ending the same way.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(1), 1000);
});

// By message, because Node keeps SIGUSR1 for its debugger, and because only haproxy's parent can be sure that the pid
// still is haproxy's. The master passes signals on to its workers, except those that it cannot catch.
process.on('message', ({ signal }) => {
  if (signal === 'SIGUSR1' || signal === 'SIGUSR2') {
    whenListening(() => haproxy.kill(signal));
    return;
  }
  haproxy.kill(signal);
  if (signal === 'SIGSTOP' || signal === 'SIGCONT') for (const worker of workers()) kill(worker, signal);
});
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => haproxy.kill(signal));

/**
 * Calls back once the master takes signals: while it starts or reloads, it ends at those that it is to be told
 * something by, or forgets them. It says so nowhere else than in proc_pid_status(5): in its loop it catches SIGCHLD (17)
 * and does not block SIGUSR1 (10).
 */
function whenListening(listening) {
  if (has('SigCgt', 17) && !has('SigBlk', 10)) listening();
  else setTimeout(whenListening, 10, listening);
}

function has(mask, signal) {
  try {
    const status = readFileSync(`/proc/${haproxy.pid}/status`, 'utf8');
    const bits = BigInt(`0x${status.match(new RegExp(`^${mask}:\\s*([0-9a-f]+)$`, 'm'))[1]}`);
    return ((bits >> BigInt(signal - 1)) & 1n) === 1n;
  } catch {
    // No such system: nothing to wait for.
    return mask === 'SigCgt';
  }
}

function workers() {
  const threads = `/proc/${haproxy.pid}/task`;
  try {
    const children = readdirSync(threads).map((thread) =>
      readFileSync(`${threads}/${thread}/children`, 'utf8'),
    );
    return children.join(' ').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by now.
  }
}
