/** Loads pages at a steady rate, whatever becomes of the earlier ones; a process, so that it has a core of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT_PATH } from '../stage/names.ts';
import { BODY_BYTES } from '../stage/upstream.ts';
import { pageOrderSchema } from './page-loads.ts';
import { openVisitor } from './visit.ts';

const { address, port, ca, rate, seconds } = pageOrderSchema.parse(JSON.parse(process.argv[2] ?? ''));
const ttfbs: number[] = [];
let bad = 0;

async function load(): Promise<void> {
  try {
    const visitor = await openVisitor({ address, port }, { ca, protocols: ['h2', 'http/1.1'] });
    try {
      const { status, body, ttfbMs } = await visitor.get(SCRIPT_PATH);
      if (status === 200 && body.length === BODY_BYTES) ttfbs.push(ttfbMs);
      else bad += 1;
    } finally {
      visitor.close();
    }
  } catch {
    bad += 1;
  }
}

const began = performance.now();
const loads: Promise<void>[] = [];
while (loads.length < rate * seconds) {
  const due = Math.floor(((performance.now() - began) / 1_000) * rate) + 1;
  while (loads.length < Math.min(due, rate * seconds)) loads.push(load());
  await sleep(2);
}
await Promise.all(loads);
const mean = ttfbs.reduce((sum, each) => sum + each, 0) / ttfbs.length;
console.log(
  JSON.stringify({
    good: ttfbs.length,
    bad,
    seconds: (performance.now() - began) / 1_000,
    ttfbMs: Number.isFinite(mean) ? mean : 0,
  }),
);
