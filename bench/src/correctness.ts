import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@isochrone/config-gen';
import { openVisitor, type Visit } from './load/visit.ts';
import { API_HOST, SCRIPT_PATH } from './stage/names.ts';
import { scriptBody } from './stage/upstream.ts';

const SETTLING_MS = 5_000;

/** Gives a contender the time to learn where its upstream is; resolves when it answers 200, or when that time is over. */
export async function untilServing(at: Endpoint, ca: string): Promise<void> {
  const end = performance.now() + SETTLING_MS;
  while (performance.now() < end) {
    try {
      const visitor = await openVisitor(at, { ca, protocols: ['http/1.1'] });
      try {
        if ((await visitor.get(SCRIPT_PATH)).status === 200) return;
      } finally {
        visitor.close();
      }
    } catch {
      // Whether it is wrong or only early, the check will say.
    }
    await sleep(50);
  }
}

/** What a contender answers wrongly, each in a few words; nothing where all is right. */
export async function wrongAnswers(
  at: Endpoint,
  { ca, http2 }: { readonly ca: string; readonly http2: boolean },
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const protocol of http2 ? (['http/1.1', 'h2'] as const) : (['http/1.1'] as const)) {
    try {
      const visitor = await openVisitor(at, { ca, protocols: [protocol] });
      try {
        // The second one over the same connection, and over one upstream that has been used before.
        for (const path of [SCRIPT_PATH, `${SCRIPT_PATH}?again=1`, '/nobody.js']) {
          wrong.push(
            ...faultsOf(path, await visitor.get(path)).map((fault) => `${protocol} ${path}: ${fault}`),
          );
        }
      } finally {
        visitor.close();
      }
    } catch (error) {
      wrong.push(`${protocol}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return wrong;
}

/** What is wrong with an answer: status, body, or what the upstream says it was asked for. */
export function faultsOf(path: string, { status, headers, body }: Visit): readonly string[] {
  const exists = path.startsWith(SCRIPT_PATH);
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ['status', status, exists ? 200 : 404],
    ['body', body.toString('latin1') === (exists ? scriptBody() : 'no such account\n'), true],
    ['Host upstream', headers['x-seen-host'], API_HOST],
    ['SNI upstream', headers['x-seen-sni'], API_HOST],
    ['path upstream', headers['x-seen-uri'], path],
  ];
  return expected
    .filter(([, seen, wanted]) => seen !== wanted)
    .map(([what, seen, wanted]) => `${what} is ${seen}, expected ${wanted}`);
}
