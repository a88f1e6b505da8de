import { z } from 'zod';
import type { Figure } from '../results.ts';
import { jsonCommand } from './json-command.ts';

const schema = z.object({ perSecond: z.number(), perCoreSecond: z.number(), averageLatencyMs: z.number() });

/** The local world's name server under dnsperf. */
export async function measureDns(seconds: number): Promise<readonly Figure[]> {
  const { perSecond, perCoreSecond } = await jsonCommand(
    'apps/local/bench/dns.ts',
    [String(seconds)],
    schema,
  );
  return [
    { id: 'dns-core', title: 'DNS: queries per second of one core', value: perCoreSecond, unit: '/s' },
    { id: 'dns', title: 'DNS: queries per second, dnsperf beside it', value: perSecond, unit: '/s' },
  ];
}
