import { builtinGeoTable, locateClient, modelledLatency } from '@isochrone/routing';
import type { Topology } from '@isochrone/topology';
import { openAddressBook } from '../../src/address-book.ts';
import { type Deciding, openDeciding } from '../../src/dns/deciding.ts';
import { localZone } from '../../src/dns/local-zone.ts';

const book = await openAddressBook('127.77', 8443, { singleAddress: false });

/** Decides for a topology as the world does; who is ill, and what is drawn, is the test's to say. */
export function decidingFor(
  topology: Topology,
  options: {
    readonly ill?: ReadonlySet<string>;
    readonly random?: () => number;
    readonly from?: string;
  } = {},
): Deciding {
  const { ill = new Set(), random = () => 0, from = 'us-east-1' } = options;
  const zone = localZone(topology, book);
  const place = locateClient(from, builtinGeoTable);
  return openDeciding({
    zone: () => zone,
    isHealthy: (check) => !ill.has(check),
    geo: builtinGeoTable,
    latency: modelledLatency,
    random,
    defaultPlace: () => place,
    timeScale: 1,
  });
}
