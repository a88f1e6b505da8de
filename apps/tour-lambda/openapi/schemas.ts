import { environmentSchema, eventNames, tourSchema } from '@isochrone/tours';
import * as z from 'zod';
import { scopes } from '../src/publishing/bearer-keys.ts';
import { changeActions } from '../src/publishing/changes.ts';
import { keyBody } from '../src/publishing/operations/keys.ts';
import { previewBody } from '../src/publishing/operations/previews.ts';
import { releaseBody, rollbackBody } from '../src/publishing/operations/releases.ts';

const moment = z.iso.datetime();
const manifest = z.record(z.string(), z.object({ revision: z.int(), since: z.int() }));
const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional() });

const tourSummary = z.object({
  id: z.string(),
  name: z.string().optional(),
  version: z.int(),
  updatedAt: moment,
  updatedBy: z.string(),
});
const tourState = tourSummary.extend({ live: manifest });
const revisionSummary = z.object({
  revision: z.int(),
  draftVersion: z.int(),
  contentSha256: z.string(),
  createdAt: moment,
  author: z.string(),
});
const change = z.object({
  id: z.string(),
  at: moment,
  actor: z.string(),
  action: z.enum(changeActions),
  environment: z.string(),
  previous: z.int(),
  revision: z.int(),
  tour: z.string().optional(),
  tourRevision: z.int().optional(),
  note: z.string().optional(),
  manifest,
});
const environmentState = z.object({
  key: z.string(),
  version: z.int(),
  revision: z.int(),
  settings: environmentSchema,
  tours: manifest,
  accountSuspended: z.boolean(),
});
const key = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  environments: z.array(z.string()),
  expiresAt: moment.optional(),
  createdAt: moment,
  createdBy: z.string(),
  revokedAt: moment.optional(),
});
const counts = z.partialRecord(z.enum(eventNames), z.int());

/** What requests carry, as people write it. */
export const inputs = {
  Tour: tourSchema,
  NewTour: tourSchema.partial({ id: true }),
  Environment: environmentSchema,
  Release: releaseBody,
  Rollback: rollbackBody,
  PreviewRequest: previewBody,
  NewKey: keyBody,
  EventReport: z.object({
    environment: z.string().optional(),
    revision: z.int().min(0),
    consent: z.boolean().optional(),
    events: z
      .array(z.object({ name: z.enum(eventNames), tour: z.string(), step: z.string().optional() }))
      .min(1)
      .max(100),
  }),
} as const;

/** What answers carry. */
export const outputs = {
  Problem: z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    instance: z.string(),
    detail: z.string().optional(),
    hint: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
    currentETag: z.string().optional(),
  }),
  TourSummary: tourSummary,
  TourState: tourState,
  TourPage: page(tourState),
  RevisionPage: page(revisionSummary),
  Revision: revisionSummary.extend({ document: tourSchema }),
  Released: z.object({
    id: z.string(),
    environment: z.string(),
    revision: z.int(),
    previous: z.int(),
    tourRevision: z.int().optional(),
    regions: z.array(z.object({ region: z.string(), afterMs: z.number().optional() })).optional(),
  }),
  PreviewToken: z.object({ token: z.string(), path: z.string(), expiresAt: moment, draft: z.string() }),
  Preview: z.looseObject({
    account: z.string(),
    revision: z.int(),
    format: z.literal(1),
    preview: z.object({ tour: z.string(), expiresAt: moment }),
  }),
  Counters: z.object({
    items: z.array(
      z.object({
        day: z.iso.date(),
        environment: z.string(),
        totals: counts,
        steps: z.record(z.string(), counts),
      }),
    ),
  }),
  EnvironmentState: environmentState,
  EnvironmentPage: page(environmentState),
  Configured: z.object({ key: z.string(), revision: z.int(), previous: z.int() }),
  KeyPage: page(key),
  IssuedKey: z.object({ id: z.string(), key: z.string() }),
  ChangePage: page(change),
  Health: z.object({ status: z.literal('ok'), region: z.string(), bundle: z.string() }),
} as const;

export type SchemaName = keyof typeof inputs | keyof typeof outputs;
