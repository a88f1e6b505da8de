import type { FastifyInstance } from 'fastify';
import { nonsense } from '../problem.ts';
import type { Faults } from './faults.ts';

/** `POST /faults`, `GET /faults`, `DELETE /faults/ID`, and `DELETE /faults` for all. */
export const faultRoutes =
  (faults: Faults) =>
  (app: FastifyInstance): void => {
    app.get('/faults', async () => ({ faults: faults.list() }));
    app.post('/faults', async (request, reply) => {
      const made = await faults.make(request.body);
      if (!made.ok) return nonsense(reply, made.problems);
      return reply.code(201).header('location', `/faults/${made.fault.id}`).send(made.fault);
    });
    app.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
      if (await faults.undo(request.params.id)) return reply.code(204).send();
      return reply
        .code(404)
        .type('application/problem+json')
        .send({ status: 404, title: 'Not Found', detail: `no fault ${request.params.id} holds` });
    });
    app.delete('/faults', async (_request, reply) => {
      await faults.undoAll();
      return reply.code(204).send();
    });
  };
