import type { Operation } from './call.ts';
import { auditOperations } from './operations/audit.ts';
import { counterOperations } from './operations/counters.ts';
import { environmentOperations } from './operations/environments.ts';
import { keyOperations } from './operations/keys.ts';
import { previewOperations } from './operations/previews.ts';
import { releaseOperations } from './operations/releases.ts';
import { revisionOperations } from './operations/revisions.ts';
import { tourOperations } from './operations/tours.ts';

/** All that can be asked for under `/v1/`. */
export const operations: readonly Operation[] = [
  ...tourOperations,
  ...releaseOperations,
  ...revisionOperations,
  ...previewOperations,
  ...counterOperations,
  ...environmentOperations,
  ...keyOperations,
  ...auditOperations,
];
