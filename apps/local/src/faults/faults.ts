import { oneAtATime } from '@isochrone/engines';
import type { Topology } from '@isochrone/topology';
import { type Effects, effectsOf } from './effects.ts';
import { type Fault, type FaultLimits, type FaultReading, readFault } from './fault.ts';

/** The faults that hold. */
export interface Faults {
  readonly list: () => readonly Fault[];
  readonly effects: () => Effects;
  /** Resolves when the fault has taken effect; with what is wrong where it makes no sense. */
  make(
    body: unknown,
  ): Promise<{ readonly ok: true; readonly fault: Fault } | (FaultReading & { readonly ok: false })>;
  /** Resolves when the world is as it would be without it; with false where there is no such fault. */
  undo(id: string): Promise<boolean>;
  undoAll(): Promise<void>;
  /** Forgets faults whose target the topology has no more. */
  retain(topology: Topology): void;
}

export interface FaultOptions {
  readonly topology: () => Topology;
  readonly limits: FaultLimits;
  /** Brings the world into the state that the effects ask for. */
  readonly reconcile: () => Promise<void>;
  readonly onChange: (action: 'made' | 'undone', fault: Fault) => void;
}

export function openFaults({ topology, limits, reconcile, onChange }: FaultOptions): Faults {
  let faults: readonly Fault[] = [];
  let effects = effectsOf(faults);
  let count = 0;
  const inTurn = oneAtATime();
  const hold = (next: readonly Fault[]): void => {
    faults = next;
    effects = effectsOf(next);
  };
  const undo = async (id: string): Promise<boolean> => {
    const fault = faults.find((candidate) => candidate.id === id);
    if (!fault) return false;
    hold(faults.filter((candidate) => candidate !== fault));
    await reconcile();
    onChange('undone', fault);
    return true;
  };
  return {
    list: () => faults,
    effects: () => effects,
    make: (body) =>
      inTurn(async () => {
        const reading = readFault(body, topology(), limits);
        if (!reading.ok) return reading;
        count += 1;
        const fault: Fault = { ...reading.fault, id: `fault-${count}`, since: new Date().toISOString() };
        const before = faults;
        hold([...faults, fault]);
        try {
          await reconcile();
        } catch (error) {
          hold(before);
          await reconcile();
          throw error;
        }
        onChange('made', fault);
        return { ok: true, fault };
      }),
    undo: (id) => inTurn(() => undo(id)),
    undoAll: () =>
      inTurn(async () => {
        for (const { id } of faults) await undo(id);
      }),
    retain: ({ regions }) => {
      const targets = new Set(
        regions.flatMap(
          ({ name, proxies }) => [name, ...proxies.map(({ hostname }) => hostname)] as string[],
        ),
      );
      const gone = faults.filter(({ target }) => !targets.has(target));
      if (gone.length === 0) return;
      hold(faults.filter((fault) => !gone.includes(fault)));
      for (const fault of gone) onChange('undone', fault);
    },
  };
}
