import { bundleHash, compiledTopology } from './compiled-in.ts';
import { readEnvironment } from './environment.ts';
import { logToConsole } from './log.ts';
import { createPublishing } from './publishing/handler.ts';
import { siteOf } from './site.ts';
import { openPublishingStore } from './store/publishing-store.ts';

const environment = readEnvironment(process.env);

/** The publishing function. */
export const handler = createPublishing({
  site: siteOf(compiledTopology, environment.region, bundleHash),
  // Global tables are last-writer-wins: every region's publishing function writes to one region's table.
  store: openPublishingStore({ ...environment.store, region: compiledTopology.home }),
  log: logToConsole,
});
