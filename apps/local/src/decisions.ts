import { type GeoTable, locateClient, type NamedPlace, RoutingError } from '@isochrone/routing';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Deciding } from './dns/deciding.ts';
import type { LocalZone } from './dns/local-zone.ts';
import { nonsense, wrongs } from './problem.ts';

export interface DecisionOptions {
  readonly deciding: Deciding;
  readonly zone: () => LocalZone;
  readonly geo: GeoTable;
  readonly defaultPlace: () => NamedPlace;
  /** The public name, asked for unless another is. */
  readonly defaultName: () => string;
}

const parameters = z.strictObject({
  from: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  type: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['A', 'AAAA', 'CNAME']))
    .default('A'),
  draw: z.coerce.number().min(0).lt(1).optional(),
});

/** `GET /decisions?from=PLACE&name=NAME&type=TYPE&draw=NUMBER`: what DNS would answer now, and every reason. */
export const decisionRoutes =
  ({ deciding, zone, geo, defaultPlace, defaultName }: DecisionOptions) =>
  (app: FastifyInstance): void => {
    app.get('/decisions', async (request, reply) => {
      const parsed = parameters.safeParse(request.query);
      if (!parsed.success) return nonsense(reply, wrongs(parsed.error));
      const { from, name = defaultName(), type, draw } = parsed.data;
      let client = defaultPlace();
      try {
        if (from !== undefined) client = locateClient(from, geo);
      } catch (error) {
        if (!(error instanceof RoutingError)) throw error;
        return nonsense(reply, [{ path: 'from', message: `${error.message}; ${error.hint}` }]);
      }
      const query = { name, type };
      const decision = deciding.decide(query, client.place, draw === undefined ? undefined : () => draw);
      return {
        query,
        client: { label: client.label, ...client.place },
        decision,
        addresses: decision.answers.flatMap((answer) => zone().addressOf(answer) ?? []),
      };
    });
  };
