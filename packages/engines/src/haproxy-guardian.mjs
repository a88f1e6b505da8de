// Stands between the supervisor and haproxy, which knows no lifeline: started by startNode, it takes haproxy's master
// and workers into its own process group, where the lifeline's SIGKILL reaches all of them. It holds the sockets that
// haproxy listens on, as systemd does in production: a worker that dies takes its master along, and visitors wait for
// the next one instead of being refused.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const { binary, args, listeners, forget } = JSON.parse(process.argv[2]);

/** A `server-state-file` that says nothing: its version alone. Without one haproxy warns. */
const NO_SERVER_STATE = '1\n';
const FIRST_SOCKET = 3;
/** What a shell says of a process that a signal has ended, and haproxy's master of itself when that was a worker. */
const SIGNALLED = 128;
/** SIGINT and SIGTERM, from whomever: haproxy was asked to leave. */
const ASKED_TO_LEAVE = [SIGNALLED + 2, SIGNALLED + 15];
const LEAVING = ['SIGUSR1', 'SIGINT', 'SIGTERM', 'SIGKILL'];
/** One that dies sooner has hardly served: the next one has to wait, twice as long each time. */
const YOUNG_MS = 200;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

const sockets = await hold(listeners);
const environment = Object.fromEntries(
  listeners.map(({ variable }, index) => [variable, `fd@${FIRST_SOCKET + index}`]),
);
/** The file that a fresh haproxy must not believe; null: what stands there is to last. */
let forgotten = forget;
let isLeaving = false;
let isFrozen = false;
let youngDeaths = 0;
/** The wait for the next haproxy, while there is none. */
let wait;
let haproxy = start();

/** Listens; resolves with the numbers of the sockets. */
async function hold(addresses) {
  if (addresses.length === 0) return [];
  const holder = new Worker(new URL('./held-sockets.mjs', import.meta.url), { workerData: addresses });
  try {
    const [numbers] = await once(holder, 'message');
    holder.unref();
    return numbers;
  } catch (error) {
    return fail(error);
  }
}

function start() {
  forgetServers();
  const began = performance.now();
  const started = spawn(binary, args, {
    stdio: ['ignore', 'inherit', 'inherit', ...sockets],
    env: { ...process.env, ...environment },
  });
  started.once('spawn', () => {
    if (isFrozen) started.kill('SIGSTOP');
    process.send({ pid: started.pid });
    whenListening(started, () => process.send({ ready: true }));
  });
  started.once('error', fail);
  started.once('exit', (code, signal) => ended(code, signal, performance.now() - began));
  return started;
}

function fail(error) {
  console.error(error.message);
  return new Promise(() => process.send({ failed: error.message }, () => process.exit(1)));
}

function ended(code, signal, lived) {
  const lostItsWorker = code > SIGNALLED && !ASKED_TO_LEAVE.includes(code);
  if (!lostItsWorker || isLeaving || sockets.length === 0) {
    leave(code, signal);
    return;
  }
  youngDeaths = lived < YOUNG_MS ? youngDeaths + 1 : 0;
  const waitMs = youngDeaths === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (youngDeaths - 1), LONGEST_WAIT_MS);
  console.log(`haproxy lost its worker (${code}) and is started again in ${waitMs} ms, while visitors wait`);
  process.send({ lost: true });
  wait = setTimeout(() => {
    wait = undefined;
    haproxy = start();
  }, waitMs);
}

function leave(code, signal) {
  if (signal === null) process.exit(code);
  // The supervisor is told how haproxy ended by this process ending the same way.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(1), 1000);
}

/** What a former process thought of its servers does not concern the next one. */
function forgetServers() {
  if (forgotten === null) return;
  try {
    writeFileSync(forgotten, NO_SERVER_STATE);
  } catch {
    // What is wrong with the folder is for haproxy to say.
  }
}

// By message, because Node keeps SIGUSR1 for its debugger, and because only haproxy's parent can be sure that the pid
// still is haproxy's. The master passes signals on to its workers, except those that it cannot catch.
process.on('message', ({ signal, forget: file }) => {
  if (file !== undefined) forgotten = file;
  if (signal !== undefined) pass(signal);
});
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => pass(signal));

function pass(signal) {
  if (LEAVING.includes(signal)) isLeaving = true;
  // Nobody is there, and nobody is to come.
  if (isLeaving && wait !== undefined) process.exit(0);
  if (signal === 'SIGSTOP' || signal === 'SIGCONT') isFrozen = signal === 'SIGSTOP';
  if (signal === 'SIGUSR1' || signal === 'SIGUSR2') {
    whenListening(haproxy, () => haproxy.kill(signal));
    return;
  }
  haproxy.kill(signal);
  if (signal === 'SIGSTOP' || signal === 'SIGCONT') for (const worker of workers()) kill(worker, signal);
}

/**
 * Calls back once the master takes signals: while it starts or reloads, it ends at those that it is to be told
 * something by, or forgets them. It says so nowhere else than in proc_pid_status(5): in its loop it catches SIGCHLD (17)
 * and does not block SIGUSR1 (10).
 */
function whenListening(master, listening) {
  if (master.exitCode !== null || master.signalCode !== null) return;
  if (has(master, 'SigCgt', 17) && !has(master, 'SigBlk', 10)) listening();
  else setTimeout(whenListening, 10, master, listening);
}

function has(master, mask, signal) {
  try {
    const status = readFileSync(`/proc/${master.pid}/status`, 'utf8');
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
