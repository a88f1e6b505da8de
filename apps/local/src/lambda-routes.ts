import { answerLambda, type DeployedFunction } from '@isochrone/lambda-service';
import type { FastifyInstance } from 'fastify';

/** Where the control API serves Lambda's own. */
export const LAMBDA_PATH = '/lambda';

/** What Lambda takes in one request. */
const MAX_UPLOAD_BYTES = 70 * 1024 * 1024;

/** Lambda's API for the functions of every region, so that a release can be tried where nobody is hurt. */
export const lambdaRoutes =
  (find: (region: string, name: string) => DeployedFunction | undefined) =>
  (app: FastifyInstance): void => {
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(
        '*',
        { parseAs: 'buffer', bodyLimit: MAX_UPLOAD_BYTES },
        (_request, body, done) => done(null, body),
      );
      scope.all(`${LAMBDA_PATH}/*`, async (request, reply) => {
        // A page elsewhere cannot send this header without being asked first, so it reaches no function.
        const { authorization } = request.headers;
        const { status, headers, body } = await answerLambda(find, {
          method: request.method,
          path: request.url.slice(LAMBDA_PATH.length),
          authorization,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        });
        return reply
          .code(status)
          .headers({ 'content-type': 'application/json', ...headers })
          .send(body === undefined ? '' : JSON.stringify(body));
      });
    });
  };
