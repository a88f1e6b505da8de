import runtime from '@isochrone/tour-runtime' with { type: 'text' };
import { bundleHash, compiledTopology } from './compiled-in.ts';
import { createDelivery } from './delivery/handler.ts';
import { readEnvironment } from './environment.ts';
import { logToConsole, reportToConsole } from './log.ts';
import { siteOf } from './site.ts';
import { openDeliveryStore } from './store/delivery-store.ts';

const environment = readEnvironment(process.env);

/** The delivery function. */
export const handler = createDelivery({
  site: siteOf(compiledTopology, environment.region, bundleHash),
  store: openDeliveryStore(environment.store),
  runtime,
  log: logToConsole,
  report: reportToConsole,
});
