import runtime from '@isochrone/tour-runtime' with { type: 'text' };
import { bundleHash, compiledTopology } from './compiled-in.ts';
import { createDelivery } from './delivery/handler.ts';
import { readEnvironment } from './environment.ts';
import { logToConsole } from './log.ts';
import { siteOf } from './site.ts';
import { openLiveStore } from './store/live-store.ts';

const environment = readEnvironment(process.env);

/** The delivery function. */
export const handler = createDelivery({
  site: siteOf(compiledTopology, environment.region, bundleHash),
  store: openLiveStore(environment.store),
  runtime,
  log: logToConsole,
});
