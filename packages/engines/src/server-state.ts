/** Columns of `show servers state` (version 1), counted from 0; a server without a name to resolve has a dash for it. */
const FQDN = 17;
const PORT = 18;

/**
 * What haproxy knows of its servers (`show servers state`), as the next process may take it: from there it takes names and
 * ports too, whatever `config` says. So a server gets the port that it has in `config`, and one that has another name
 * there is left out.
 */
export function stateFor(config: string, state: string): string {
  const current = (line: string): readonly string[] => {
    const columns = line.split(' ');
    const fqdn = columns[FQDN];
    if (fqdn === undefined || fqdn === '-' || line.startsWith('#')) return [line];
    const port = portOf(config, fqdn);
    return port === undefined ? [] : [columns.with(PORT, port).join(' ')];
  };
  return state.split('\n').flatMap(current).join('\n');
}

function portOf(config: string, fqdn: string): string | undefined {
  const [, after] = config.split(` ${fqdn}:`, 2);
  return /^(\d+) /.exec(after ?? '')?.[1];
}
