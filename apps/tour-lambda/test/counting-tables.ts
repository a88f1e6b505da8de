import type { Table } from '../src/store/table.ts';

/** The error of a process that is no more. */
export const crash = new Error('the process was killed');

/**
 * The same table for a process that is killed around its write number `victim`: before it, or after it was done but
 * before anybody heard. Nothing that the process does afterwards reaches the table.
 */
export function tableOfVictim(table: Table, victim: number, moment: 'before' | 'after'): Table {
  let writes = 0;
  let dead = false;
  const read = <Result>(action: () => Promise<Result>): Promise<Result> =>
    dead ? Promise.reject(crash) : action();
  const write = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    if (dead) throw crash;
    writes += 1;
    if (writes < victim) return action();
    if (moment === 'after') await action();
    dead = true;
    throw crash;
  };
  return {
    region: table.region,
    get: (key) => read(() => table.get(key)),
    query: (...query) => read(() => table.query(...query)),
    putIf: (put) => write(() => table.putIf(put)),
    put: (...put) => write(() => table.put(...put)),
    remove: (key) => write(() => table.remove(key)),
  };
}
