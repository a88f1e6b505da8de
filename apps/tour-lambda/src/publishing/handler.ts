import { createHandler, type Handler } from '../http/handler.ts';
import { notFound, requireMethod } from '../http/problem.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Log } from '../log.ts';
import type { Site } from '../site.ts';
import { authorise, requireScope, type Tables } from './authorise.ts';
import type { Operation } from './call.ts';
import { operations } from './operations.ts';

export interface PublishingParts {
  readonly site: Site;
  readonly tables: Tables;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Everything under `/v1/`, with a bearer key. */
export function createPublishing({ site, tables, log, now = Date.now }: PublishingParts): Handler {
  return createHandler({
    site,
    log,
    headers: {},
    route: async (request) => {
      const { operation, params } = find(request);
      const { grant, table } = await authorise(tables, request.headers['authorization'], now());
      requireScope(grant, operation.scope);
      return operation.run({
        request,
        params,
        grant,
        account: grant.account,
        table,
        replicas: tables.all,
        now: now(),
        log,
      });
    },
  });
}

function find({ method, path }: IncomingRequest) {
  const here = operations.flatMap((operation) => {
    const params = paramsOf(operation, path);
    return params === undefined ? [] : [{ operation, params }];
  });
  if (here.length === 0) throw notFound('no such path');
  requireMethod(method, [...new Set(here.map(({ operation }) => operation.method))].toSorted());
  const found = here.find(({ operation }) => operation.method === method);
  if (found === undefined) throw notFound('no such path');
  return found;
}

/** What stands in the place of a path's parameters; undefined where it is another path. */
function paramsOf(operation: Operation, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = operation.path.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? value !== part : !/^[\w-]{1,80}$/.test(value)) return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}
