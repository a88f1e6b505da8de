import { TopologyError } from '@isochrone/topology';
import { readOptions } from './options.ts';
import { readyReport } from './report.ts';
import { startWorld } from './world.ts';

const startedAt = performance.now();
const say = (line: string): void => console.log(line);
const options = readOptions(process.argv.slice(2), say);

const stopAsked = Promise.withResolvers<string>();
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked again, it does not wait for anybody: every child hangs on its lifeline.
    if (asked) process.exit(1);
    asked = true;
    stopAsked.resolve(signal);
  });
}
try {
  say(`starting the world of ${options.topologyFile}`);
  const starting = startWorld(options);
  const world = await Promise.race([starting, stopAsked.promise]);
  if (typeof world === 'string') {
    // What is half started ends with this process: every child hangs on its lifeline.
    process.exit(0);
  }
  say(readyReport(world.describe(), (performance.now() - startedAt) / 1000));
  await stopAsked.promise;
  say('stopping');
  await world.close();
  process.exit(0);
} catch (error) {
  console.error(explained(error));
  process.exit(1);
}

/** What a person can act on, without a stack trace; anything unforeseen keeps its own. */
function explained(error: unknown): string {
  if (error instanceof TopologyError) return error.message;
  // Every package's errors have a code and a hint.
  if (error instanceof Error && 'code' in error && 'hint' in error) {
    return `${String(error.code)}: ${error.message}\n  ${String(error.hint)}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
