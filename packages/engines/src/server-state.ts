/** Columns of `show servers state` (version 1), counted from 0; a server without a name to resolve has a dash for it. */
const FQDN = 17;
const PORT = 18;

/**
 * What haproxy knows of its servers (`show servers state`), without those that `config` now has at another name or
 * port: a new process would take both from the state, and the configuration would change nothing.
 */
export function stateFor(config: string, state: string): string {
  const isCurrent = (line: string): boolean => {
    const columns = line.split(' ');
    const fqdn = columns[FQDN];
    if (fqdn === undefined || fqdn === '-' || line.startsWith('#')) return true;
    return config.includes(` ${fqdn}:${columns[PORT]} `);
  };
  return state.split('\n').filter(isCurrent).join('\n');
}
