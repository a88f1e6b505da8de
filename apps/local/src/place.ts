import { type GeoTable, locateClient, type NamedPlace, RoutingError } from '@isochrone/routing';
import { awsRegions, type RegionName } from '@isochrone/topology';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { nonsense, wrongs } from './problem.ts';

/** Where clients are whose address says nothing: those of this machine. */
export interface DefaultPlace {
  readonly current: () => NamedPlace;
  readonly set: (place: NamedPlace) => void;
}

export function openDefaultPlace(home: RegionName): DefaultPlace {
  const { latitude, longitude } = awsRegions[home];
  let current: NamedPlace = { label: home, place: { latitude, longitude } };
  return {
    current: () => current,
    set: (place) => {
      current = place;
    },
  };
}

const body = z.strictObject({ from: z.string().min(1) });

const view = ({ label, place }: NamedPlace) => ({ label, ...place });

/** `GET /place`, and `PUT /place {"from": "Tokyo"}`: a city, a region, `latitude,longitude` or an IP address. */
export const placeRoutes =
  (place: DefaultPlace, geo: GeoTable) =>
  (app: FastifyInstance): void => {
    app.get('/place', async () => view(place.current()));
    app.put('/place', async (request, reply) => {
      const parsed = body.safeParse(request.body);
      if (!parsed.success) return nonsense(reply, wrongs(parsed.error));
      try {
        place.set(locateClient(parsed.data.from, geo));
      } catch (error) {
        if (!(error instanceof RoutingError)) throw error;
        return nonsense(reply, [{ path: 'from', message: `${error.message}; ${error.hint}` }]);
      }
      return view(place.current());
    });
  };
