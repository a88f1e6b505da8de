import { z } from 'zod';
import { CliError } from '../errors.ts';
import { count, type Outcome } from '../outcome.ts';
import { type Api, type ApiOptions, openApi } from '../publishing/client.ts';
import { readInput } from '../publishing/local-world.ts';

const liveSchema = z.record(z.string(), z.object({ revision: z.number(), since: z.number() }));
const tourSchema = z.object({
  id: z.string(),
  name: z.string().optional(),
  version: z.number(),
  updatedAt: z.string(),
  live: liveSchema,
});
const pageSchema = z.object({ items: z.array(tourSchema), next: z.string().optional() });
const storedSchema = z.object({ id: z.string(), version: z.number() });
const releaseSchema = z.object({
  environment: z.string(),
  revision: z.number(),
  previous: z.number(),
  tourRevision: z.number().optional(),
  regions: z.array(z.object({ region: z.string(), afterMs: z.number().optional() })).optional(),
});
const previewSchema = z.object({ token: z.string(), path: z.string(), expiresAt: z.string() });

/** Every tour of the account, and where it is live. */
export const listTours = (options: ApiOptions): Promise<Outcome> =>
  withApi(options, async (api) => {
    const tours: z.output<typeof tourSchema>[] = [];
    let cursor = '';
    do {
      const page = pageSchema.parse((await api.ask('GET', `/v1/tours?limit=100${cursor}`)).body);
      tours.push(...page.items);
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    return fine({ tours }, [...tours.map(lineOf), count(tours.length, 'tour')].join('\n'));
  });

/** A tour's draft, as a document that `push` takes. */
export const showTour = (options: ApiOptions, id: string): Promise<Outcome> =>
  withApi(options, async (api) => {
    const { body } = await api.ask('GET', `/v1/tours/${id}/draft`);
    return fine({ tour: body }, JSON.stringify(body, undefined, 2));
  });

/** Stores a document as the draft of its tour, which is made where it is not there yet. */
export const pushTour = (options: ApiOptions, file: string): Promise<Outcome> =>
  withApi(options, async (api) => {
    const document = documentIn(file);
    const id =
      typeof document === 'object' && document !== null && 'id' in document ? document.id : undefined;
    const known =
      typeof id === 'string' ? await api.find(`/v1/tours/${encodeURIComponent(id)}/draft`) : undefined;
    const { body } =
      known === undefined
        ? await api.ask('POST', '/v1/tours', document)
        : await api.ask('PUT', `/v1/tours/${id}/draft`, document, { 'if-match': known.etag ?? '*' });
    const stored = storedSchema.parse(body);
    return fine(
      { ...stored, created: known === undefined },
      `${known === undefined ? 'made' : 'changed'} ${stored.id}, draft ${stored.version}\n  to make it live: ./isochrone tour publish ${stored.id}`,
    );
  });

export interface ReleaseOptions extends ApiOptions {
  readonly environment: string;
  readonly note?: string;
  /** Without it, the answer comes before other regions have the change. */
  readonly wait: boolean;
}

export type Release =
  | { readonly action: 'publish' | 'unpublish' }
  | { readonly action: 'rollback'; readonly toRevision: number };

/** Changes what is live of a tour. Not every region having it in time is a failure, though it will come there. */
export const releaseTour = (options: ReleaseOptions, id: string, release: Release): Promise<Outcome> =>
  withApi(options, async (api) => {
    const { environment, note, wait } = options;
    const { action, ...more } = release;
    const { body } = await api.ask('POST', `/v1/tours/${id}/${action}${wait ? '?wait=all' : ''}`, {
      environment,
      ...more,
      ...(note === undefined ? {} : { note }),
    });
    const done = releaseSchema.parse(body);
    const { regions = [] } = done;
    const late = regions.filter(({ afterMs }) => afterMs === undefined);
    return {
      ok: late.length === 0,
      data: done,
      report: [
        `${done.environment} is at revision ${done.revision}${done.tourRevision === undefined ? '' : `, with revision ${done.tourRevision} of the tour`}`,
        ...regions.map(
          ({ region, afterMs }) => `  ${region}  ${afterMs === undefined ? 'not yet' : `${afterMs} ms`}`,
        ),
      ].join('\n'),
      complaint:
        late.length === 0
          ? ''
          : `${count(late.length, 'region')} did not have it in time; it will come there`,
    };
  });

/** Deletes a tour that is live nowhere. */
export const deleteTour = (options: ApiOptions, id: string): Promise<Outcome> =>
  withApi(options, async (api) => {
    await api.ask('DELETE', `/v1/tours/${id}`);
    return fine({ id, deleted: true }, `deleted ${id}; the audit ledger keeps what was live of it`);
  });

/** A token that shows the draft to whoever has it, for an hour. */
export const previewTour = (
  options: ApiOptions & { readonly environment: string },
  id: string,
): Promise<Outcome> =>
  withApi(options, async (api) => {
    const { body } = await api.ask('POST', `/v1/tours/${id}/preview-tokens`, {
      environment: options.environment,
    });
    const preview = previewSchema.parse(body);
    return fine(
      preview,
      `${preview.token}\n  the draft, until ${preview.expiresAt}: ${new URL(preview.path, api.url)}`,
    );
  });

async function withApi(options: ApiOptions, use: (api: Api) => Promise<Outcome>): Promise<Outcome> {
  const api = await openApi(options);
  try {
    return await use(api);
  } finally {
    await api.close();
  }
}

const fine = (data: Outcome['data'], report: string): Outcome => ({ ok: true, data, report, complaint: '' });

function lineOf({ id, name = '', version, live }: z.output<typeof tourSchema>): string {
  const where = Object.entries(live).map(([environment, { revision }]) => `${environment} r${revision}`);
  return `${id}  draft ${version}  ${where.length === 0 ? 'not live' : where.join(', ')}  ${name}`.trimEnd();
}

function documentIn(file: string): unknown {
  try {
    return JSON.parse(readInput(file));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CliError('CLI_INPUT_UNREADABLE', `${file} is no JSON: ${cause.message}`, {
      hint: 'a tour is a JSON document; ./isochrone tour show ID prints one',
      cause,
    });
  }
}
