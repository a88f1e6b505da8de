import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { TourLambdaError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Site } from '../site.ts';
import { problemOf } from './problem.ts';
import { type Headers, type Reply, resultOf } from './reply.ts';
import { type IncomingRequest, requestOf } from './request.ts';

export type Handler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface HandlerParts {
  readonly site: Site;
  readonly log: Log;
  /** Headers of every answer, whatever its status. */
  readonly headers: Headers;
  readonly route: (request: IncomingRequest) => Promise<Reply>;
}

/**
 * A Lambda handler around a route. It refuses foreign hosts before anything else, and never throws: the gateway
 * would answer 500 with a body of its own, and without our headers.
 */
export function createHandler({ site, log, headers, route }: HandlerParts): Handler {
  const common: Headers = {
    ...headers,
    'cdn-cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-region': site.region,
    'x-bundle': site.bundle,
  };
  return async (event) => {
    const request = requestOf(event);
    let reply: Reply;
    try {
      requireOwnHost(site, request.host);
      reply = await route(request);
    } catch (error) {
      const known = knownError(error);
      reply = problemOf(known, request.id);
      if (reply.status >= 500) log('error', known, { requestId: request.id, path: request.path });
    }
    return resultOf(reply, common, request.method);
  };
}

function requireOwnHost({ acceptedHosts }: Site, host: string): void {
  if (acceptedHosts.has(host)) return;
  throw new TourLambdaError('TOUR_LAMBDA_FOREIGN_HOST', 'host is not a name of this region', {
    hint: `expected one of ${[...acceptedHosts].join(', ')}`,
  });
}

function knownError(error: unknown): TourLambdaError {
  if (error instanceof TourLambdaError) return error;
  return new TourLambdaError('TOUR_LAMBDA_INTERNAL', 'unexpected error', { cause: error });
}
