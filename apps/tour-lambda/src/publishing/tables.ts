import type { Site } from '../site.ts';
import type { StoreSettings } from '../store/client.ts';
import { openTable } from '../store/table.ts';
import type { Tables } from './authorise.ts';

/** The replicas that a publishing function talks to. */
export function tablesOf(
  { region, home, regions }: Site,
  storeIn: (region: string) => StoreSettings,
): Tables {
  const all = regions.map((name) => openTable(storeIn(name)));
  const table = (wanted: string) =>
    all.find(({ region: name }) => name === wanted) ?? openTable(storeIn(wanted));
  return { here: table(region), home: table(home), all };
}
