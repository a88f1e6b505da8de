import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { CheckedConfig } from './check-config.ts';
import type { StartEngineOptions } from './engine.ts';
import { EnginesError } from './errors.ts';
import { findHaproxy } from './find-haproxy.ts';
import { type AdminFiles, adminFilesOf, askHaproxy } from './haproxy-admin.ts';
import { type HeldListener, listenersOf } from './held-listeners.ts';
import { oneAtATime } from './in-turn.ts';
import { logLines } from './log-lines.ts';
import { reloadOnce } from './reloading.ts';
import type { RunningEngine } from './running-engine.ts';
import type { MessagingProcess } from './running-process.ts';
import { stateFor } from './server-state.ts';
import { killLate, startNode } from './start-node.ts';

const GUARDIAN = fileURLToPath(new URL('./haproxy-guardian.mjs', import.meta.url));

const DRAIN = 'set server drain/flag state maint';

/** For requests that are under way when a drain ends; `hard-stop-after` of the configuration cuts them off before. */
const LEAVE_GRACE_MS = 60_000;

/**
 * Starts haproxy in the foreground as a master with one worker, which a reload replaces; resolves when the master's pid
 * is known, before it has read its configuration. Where that lets its sockets be held, haproxy is started again at once
 * when its worker dies, with another pid, and nobody who connects meanwhile is refused.
 */
export async function startHaproxy(options: StartEngineOptions): Promise<RunningEngine> {
  const { name, configFile, log } = options;
  const lines = logLines(log);
  let files = await adminFilesOf(configFile);
  const listeners = await heldBy(configFile);
  const orders = {
    binary: findHaproxy(),
    args: ['-W', '-f', configFile],
    listeners,
    forget: files.serverState ?? null,
  };
  const guardian = startNode({
    name,
    entry: GUARDIAN,
    args: [JSON.stringify(orders)],
    log: lines.log,
    ipc: true,
  });
  const haproxy = reportsOf(name, guardian);
  const tell = (message: { readonly signal: NodeJS.Signals } | { readonly forget: string | null }): void => {
    try {
      guardian.send(message);
    } catch (error) {
      // Nobody left to tell: as with any process that has ended.
      if (!(error instanceof EnginesError)) throw error;
    }
  };
  const ask = (signal: NodeJS.Signals): void => tell({ signal });
  let isDraining = false;
  // The master takes one signal at a time; and a reload takes the drain flag along only when it was set before.
  const inTurn = oneAtATime();
  const stop: RunningEngine['stop'] = async ({ graceMs } = {}) => {
    ask('SIGCONT');
    // SIGUSR1 closes the listeners and lets open requests finish; SIGTERM would cut them off.
    void inTurn(async () => {
      await raiseDrainFlag(name, files);
      ask('SIGUSR1');
    });
    await killLate(guardian.pid, guardian.exited, graceMs);
  };
  const reload = async (): Promise<void> => {
    await haproxy.ready();
    const former = await workerPid(name, files);
    await reloadOnce({
      name,
      config: options,
      lines,
      exited: guardian.exited,
      tell: async () => {
        if (!isDeepStrictEqual(await heldBy(configFile), listeners)) throw listensElsewhere(name, configFile);
        await keepServerState(name, files, configFile);
        ask('SIGUSR2');
      },
      verdict: collectingVerdict(),
    });
    files = await adminFilesOf(configFile);
    if (!isDraining) tell({ forget: files.serverState ?? null });
    await untilReplaced(name, files, former, guardian.exited);
  };
  const drain: RunningEngine['drain'] = async ({ leaveAfterMs } = {}) => {
    const answer = await askHaproxy(name, files.socket, DRAIN);
    if (answer.trim() !== '') throw notDrained(name, answer.trim());
    isDraining = true;
    // Should its worker die, the next haproxy drains, too.
    await keepServerState(name, files, configFile);
    tell({ forget: null });
    if (leaveAfterMs === undefined) return;
    const timer = setTimeout(() => void stop({ graceMs: LEAVE_GRACE_MS }), leaveAfterMs);
    void guardian.exited.then(() => clearTimeout(timer));
  };
  await haproxy.started;
  return {
    name,
    get pid() {
      return haproxy.pid();
    },
    exited: guardian.exited,
    signal: ask,
    // The guardian goes on, and with it the lifeline.
    freeze: async () => ask('SIGSTOP'),
    thaw: () => ask('SIGCONT'),
    stop,
    drain: (drainOptions) => inTurn(() => drain(drainOptions)),
    reload: () => inTurn(reload),
  };
}

/** Without the flag, requests that are yet to come on open connections would find no way through a haproxy that leaves. */
async function raiseDrainFlag(name: string, { socket }: AdminFiles): Promise<void> {
  try {
    await askHaproxy(name, socket, DRAIN);
  } catch (error) {
    // Who does not answer has no such connections.
    if (!(error instanceof EnginesError)) throw error;
  }
}

/** What the guardian reports of haproxy. */
interface Reports {
  /** Resolves once haproxy has a pid for the first time. */
  readonly started: Promise<void>;
  /** Of its master, as it is now. */
  pid(): number;
  /** Resolves once the master can be told what to do, or has ended for good. */
  ready(): Promise<void>;
}

function reportsOf(name: string, guardian: MessagingProcess): Reports {
  const started = Promise.withResolvers<void>();
  let ready = Promise.withResolvers<void>();
  let pid = 0;
  guardian.onMessage((message) => {
    const report = typeof message === 'object' && message !== null ? message : {};
    if ('pid' in report && typeof report.pid === 'number') {
      pid = report.pid;
      started.resolve();
    }
    if ('ready' in report) ready.resolve();
    if ('lost' in report) ready = Promise.withResolvers();
    if ('failed' in report) started.reject(startFailed(name, String(report.failed)));
  });
  void guardian.exited.then(({ code, signal }) => {
    started.reject(startFailed(name, `its guardian ended with ${signal ?? code}`));
    ready.resolve();
  });
  return { started: started.promise, pid: () => pid, ready: () => ready.promise };
}

/** Nothing of a file that cannot be read, which is for haproxy to complain about. */
const heldBy = async (configFile: string): Promise<readonly HeldListener[]> =>
  listenersOf(await readFile(configFile, 'utf8').catch(() => ''));

/** What the master says at the end of reading its configuration, at the start and at every reload. */
function loadVerdict(line: string): boolean | undefined {
  if (line.endsWith('Loading success.')) return true;
  return line.endsWith('Loading failure!') ? false : undefined;
}

/** A verdict with the complaints before it. */
function collectingVerdict(): (line: string) => CheckedConfig | undefined {
  const complaints: string[] = [];
  return (line) => {
    if (line.startsWith('[ALERT]')) complaints.push(line);
    const isLoaded = loadVerdict(line);
    if (isLoaded === undefined) return undefined;
    return isLoaded ? { ok: true } : { ok: false, output: complaints.join('\n') || line };
  };
}

/** Who answers now. */
async function workerPid(name: string, { socket }: AdminFiles): Promise<number> {
  const info = await askHaproxy(name, socket, 'show info');
  return Number(info.match(/^Pid: (\d+)$/m)?.[1]);
}

/** Waits for the former worker to close its listeners: until then it takes connections, too. */
async function untilReplaced(
  name: string,
  files: AdminFiles,
  former: number,
  exited: Promise<unknown>,
): Promise<void> {
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  while (!isGone) {
    // A connection that the former worker had not accepted yet is closed with its listener.
    const pid = await workerPid(name, files).catch(() => former);
    if (pid !== former) return;
    await sleep(5);
  }
}

/**
 * Hands the addresses, health and drain flag of the servers on: a new worker that had to learn them anew would answer
 * 503 until then. Renamed into place, as haproxy may be reading.
 */
async function keepServerState(name: string, { socket }: AdminFiles, configFile: string): Promise<void> {
  const { serverState: file } = await adminFilesOf(configFile);
  if (file === undefined) return;
  const state = stateFor(
    await readFile(configFile, 'utf8'),
    await askHaproxy(name, socket, 'show servers state'),
  );
  await writeFile(`${file}.new`, state);
  await rename(`${file}.new`, file);
}

const startFailed = (name: string, reason: string) =>
  new EnginesError('ENGINES_START_FAILED', `cannot start ${name}: ${reason}`, {
    hint: reason.includes('EADDRINUSE')
      ? 'stop what holds the address, or have it listen on another'
      : 'run "haproxy -c -f" on its configuration file to see more',
  });

const listensElsewhere = (name: string, configFile: string) =>
  new EnginesError(
    'ENGINES_RELOAD_REFUSED',
    `${name} goes on as it was, refusing ${configFile}: it listens on other addresses, and a reload keeps the sockets`,
    { hint: 'stop it and start it anew, or keep the addresses' },
  );

const notDrained = (name: string, answer: string) =>
  new EnginesError('ENGINES_ADMIN_UNREACHABLE', `cannot drain ${name}: ${answer}`, {
    hint: 'its configuration needs a backend "drain" with a server "flag", and a stats socket of level admin',
  });
