import type { Kind } from './kind.ts';
import { lifeKinds } from './life-kinds.ts';
import { upstreamKinds } from './upstream-kinds.ts';

/** Everything that may happen, in the order of the tables. */
export const kinds: readonly Kind[] = [...upstreamKinds, ...lifeKinds];
