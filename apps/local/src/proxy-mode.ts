import {
  oneAtATime,
  type RunningEngine,
  type Supervised,
  supervise,
  type UnexpectedExit,
} from '@isochrone/engines';

/** What a proxy is made to do: its work, nothing at all, hang with its sockets open, or leave politely. */
export type ProxyMode = 'running' | 'stopped' | 'frozen' | 'draining';

/** A supervised proxy that can be put into a mode, and out of it again. */
export interface ModalProxy {
  readonly pid: number | null;
  /** Resolves when the mode holds; `running`: when the proxy accepts connections. */
  setMode(mode: ProxyMode): Promise<void>;
  /** Takes its program and configuration anew; one that is not running does so when it runs again. */
  restart(): Promise<void>;
  /**
   * Takes its configuration anew without losing a request; one that is not running does so when it runs again.
   *
   * @throws EnginesError: it goes on as it was.
   */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface ModalProxyOptions {
  readonly launch: () => Promise<RunningEngine>;
  /** Resolves when somebody listens, or the process has ended. */
  readonly listening: (process: RunningEngine) => Promise<unknown>;
  readonly drainSeconds: () => number;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/** For requests that are under way when a drain ends; the engines cut them off before. */
const LEAVE_GRACE_MS = 35_000;

/** Starts in the mode `running`. */
export async function startModalProxy(options: ModalProxyOptions): Promise<ModalProxy> {
  const { launch, listening, drainSeconds, onExit } = options;
  const inTurn = oneAtATime();
  let mode: ProxyMode = 'running';
  // Its configuration changed while it was frozen.
  let isStale = false;

  const start = (): Promise<Supervised<RunningEngine>> =>
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
    await current?.drain({ leaveAfterMs: drainSeconds() * 1_000 });
  };
  const thaw = async (next: ProxyMode): Promise<void> => {
    supervised.current?.thaw();
    if (isStale && next !== 'stopped') await supervised.current?.reload();
    isStale = false;
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
        if (mode === 'frozen') await thaw(next);
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
    reload: () =>
      inTurn(async () => {
        if (mode === 'frozen') isStale = true;
        if (mode === 'running') await supervised.current?.reload();
      }),
    stop: () => inTurn(() => supervised.stop()),
  };
}
