import type { FastifyInstance } from 'fastify';
import type { HealthChecks } from './health-checks.ts';

/** `GET /health-checks`: every check, what its checkers saw last, and when its verdict changed. */
export const healthRoutes =
  (checks: HealthChecks) =>
  (app: FastifyInstance): void => {
    app.get('/health-checks', async () => ({ healthChecks: checks.describe() }));
  };
