import { bundleHash, compiledTopology } from './compiled-in.ts';
import { readEnvironment } from './environment.ts';
import { logToConsole } from './log.ts';
import { createPublishing } from './publishing/handler.ts';
import { tablesOf } from './publishing/tables.ts';
import { siteOf } from './site.ts';

const { region, storeIn } = readEnvironment(process.env);
const site = siteOf(compiledTopology, region, bundleHash);

/** The publishing function. */
export const handler = createPublishing({ site, tables: tablesOf(site, storeIn), log: logToConsole });
