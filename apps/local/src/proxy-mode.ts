import { type RunningProcess, type Supervised, supervise, type UnexpectedExit } from '@isochrone/engines';
import { oneAtATime } from './in-turn.ts';

/** What a proxy is made to do: its work, nothing at all, hang with its sockets open, or leave politely. */
export type ProxyMode = 'running' | 'stopped' | 'frozen' | 'draining';

/** A supervised proxy that can be put into a mode, and out of it again. */
export interface ModalProxy {
  readonly pid: number | null;
  /** Resolves when the mode holds; `running`: when the proxy accepts connections. */
  setMode(mode: ProxyMode): Promise<void>;
  /** Takes its program and configuration anew; one that is not running does so when it runs again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ModalProxyOptions {
  readonly launch: () => Promise<RunningProcess>;
  /** Resolves when somebody listens, or the process has ended. */
  readonly listening: (process: RunningProcess) => Promise<unknown>;
  readonly beginDrain: (process: RunningProcess) => Promise<void>;
  readonly drainSeconds: number;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/** For requests that are under way when a drain ends; the engines cut them off before. */
const LEAVE_GRACE_MS = 35_000;

/** Starts in the mode `running`. */
export async function startModalProxy(options: ModalProxyOptions): Promise<ModalProxy> {
  const { launch, listening, beginDrain, drainSeconds, onExit } = options;
  const inTurn = oneAtATime();
  let mode: ProxyMode = 'running';
  let leaving: NodeJS.Timeout | undefined;

  const start = (): Promise<Supervised> =>
    supervise(launch, {
      onExit,
      // One that was killed while it was frozen comes back frozen.
      onStart: (process) => void (mode === 'frozen' && process.freeze()),
    });
  const untilListening = async (): Promise<void> => {
    const { current } = supervised;
    if (current) await listening(current);
  };
  const drain = async (): Promise<void> => {
    const { current } = supervised;
    void supervised.release();
    if (current) await beginDrain(current);
    leaving = setTimeout(() => void supervised.stop({ graceMs: LEAVE_GRACE_MS }), drainSeconds * 1_000);
  };

  let supervised = await start();
  await untilListening();
  return {
    get pid() {
      return supervised.current?.pid ?? null;
    },
    setMode: (next) =>
      inTurn(async () => {
        if (next === mode) return;
        clearTimeout(leaving);
        if (mode === 'frozen') supervised.current?.thaw();
        if (mode === 'draining') await supervised.stop({ graceMs: LEAVE_GRACE_MS });
        if (next === 'stopped') {
          await supervised.stop({ graceMs: 0 });
        } else if (mode === 'stopped' || mode === 'draining') {
          supervised = await start();
          await untilListening();
        }
        if (next === 'frozen') await supervised.current?.freeze();
        if (next === 'draining') await drain();
        mode = next;
      }),
    restart: () =>
      inTurn(async () => {
        if (mode !== 'running') return;
        await supervised.restart();
        await untilListening();
      }),
    stop: () => {
      clearTimeout(leaving);
      return inTurn(() => supervised.stop());
    },
  };
}
