import type { WorldDescription } from './world-description.ts';

/** What the terminal shows once the world is ready. */
export function readyReport(world: WorldDescription, seconds: number): string {
  const rows = world.regions.flatMap(({ name, api, proxies }) => [
    [name, 'api', `${api.address}:${api.port}`, ''],
    ...proxies.map((proxy) => [
      '',
      proxy.name,
      `${proxy.address}:${proxy.port}`,
      `${proxy.engine}, pid ${proxy.pid}`,
    ]),
  ]);
  return [
    ...table([['region', 'what', 'address', ''], ...rows]),
    '',
    `script   curl --cacert ${quoted(world.ca)} ${world.scriptUrl}`,
    `sample   ${world.sampleSite}`,
    `dns      dig @${world.dns.address} -p ${world.dns.port} ${new URL(world.publicUrl).hostname}`,
    `world    curl ${new URL('/world', world.sampleSite).href}`,
    '',
    `ready in ${seconds.toFixed(1)} s; Ctrl-C stops everything`,
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(cell.length, known[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
