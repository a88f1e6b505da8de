import { fileURLToPath } from 'node:url';
import type { Endpoint } from '@isochrone/config-gen';
import { z } from 'zod';
import type { Outcome } from './outcome.ts';
import { type LoadSite, runTool } from './tool.ts';

const ENTRY = fileURLToPath(new URL('./page-client.ts', import.meta.url));

/** What the client is told and what it says, as JSON. */
export const pageOrderSchema = z.strictObject({
  address: z.string(),
  port: z.int(),
  ca: z.string(),
  rate: z.number().positive(),
  seconds: z.number().positive(),
});

export const pageReportSchema = z.strictObject({
  good: z.int(),
  bad: z.int(),
  seconds: z.number(),
  /** Mean. */
  ttfbMs: z.number(),
});

/** Visitors who each load one page: a new connection, HTTP/2 where it is offered, one request, and away. */
export async function pageLoads(
  site: LoadSite,
  { address, port }: Endpoint,
  { rate, ca }: { readonly rate: number; readonly ca: string },
): Promise<Outcome> {
  const order = { address, port, ca, rate, seconds: site.seconds };
  const output = await runTool(site, 'node', [ENTRY, JSON.stringify(order)]);
  const { good, bad, seconds, ttfbMs } = pageReportSchema.parse(JSON.parse(output));
  return { good, bad, perSecond: good / seconds, ttfbMs };
}
