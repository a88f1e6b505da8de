import type { GeoTable, LatencyModel } from '@isochrone/routing';
import { publicHostname, type Topology } from '@isochrone/topology';
import type { FastifyInstance } from 'fastify';
import type { AddressBook } from './address-book.ts';
import { decisionRoutes } from './decisions.ts';
import { openDeciding } from './dns/deciding.ts';
import { type LocalZone, localZone } from './dns/local-zone.ts';
import type { Authority } from './dns/reply.ts';
import { eventRoutes } from './event-stream.ts';
import type { Events } from './events.ts';
import { addressesOf } from './faults/addresses.ts';
import { type Faults, openFaults } from './faults/faults.ts';
import { faultRoutes } from './faults/routes.ts';
import { type HealthChecks, openHealthChecks } from './health/health-checks.ts';
import { healthRoutes } from './health/routes.ts';
import { openDefaultPlace, placeRoutes } from './place.ts';

/** What decides where visitors are sent: the zone, who is healthy, what is made to fail, and where visitors are. */
export interface Steering {
  /** What DNS answers from. */
  readonly authority: () => Authority;
  readonly health: HealthChecks;
  readonly faults: Faults;
  /** Takes the zone from the topology as it is now, and forgets faults that have lost their target. */
  readonly refresh: () => void;
  /** For the control API. */
  readonly routes: readonly ((app: FastifyInstance) => void)[];
}

export interface SteeringOptions {
  readonly topology: () => Topology;
  readonly book: AddressBook;
  readonly geo: GeoTable;
  readonly latency: LatencyModel;
  readonly timeScale: number;
  readonly events: Events;
  /** Brings what runs into the state that the faults ask for. */
  readonly reconcile: () => Promise<void>;
}

/** @param options.topology whose regions the book knows already */
export function openSteering(options: SteeringOptions): Steering {
  const { topology, book, geo, latency, timeScale, events, reconcile } = options;
  const place = openDefaultPlace(topology().home);
  const faults = openFaults({
    topology,
    limits: { canMove: book.apiElsewhere(topology().home) !== undefined },
    reconcile: async () => {
      zone = currentZone();
      await reconcile();
    },
    onChange: (action, fault) => events.tell({ type: 'fault', action, fault }),
  });
  const currentZone = (): LocalZone => localZone(topology(), addressesOf(book, faults.effects()));
  let zone = currentZone();
  const health = openHealthChecks({
    resolve: (hostname) => {
      const address = deciding.addressOf(hostname);
      return address === undefined ? undefined : book.behind(address, hostname);
    },
    timeScale,
    onTransition: ({ at: _at, ...transition }) => events.tell({ type: 'health', ...transition }),
  });
  const deciding = openDeciding({
    zone: () => zone,
    isHealthy: health.isHealthy,
    geo,
    latency,
    defaultPlace: place.current,
    timeScale,
  });
  return {
    authority: deciding.authority,
    health,
    faults,
    refresh: () => {
      faults.retain(topology());
      zone = currentZone();
    },
    routes: [
      healthRoutes(health),
      eventRoutes(events),
      faultRoutes(faults),
      placeRoutes(place, geo),
      decisionRoutes({
        deciding,
        zone: () => zone,
        geo,
        defaultPlace: place.current,
        defaultName: () => publicHostname(topology()),
      }),
    ],
  };
}
