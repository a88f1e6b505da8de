import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createScripts } from '../src/delivery/scripts.ts';
import { runtime } from './functions.ts';

const liveWith = (payload: unknown) => ({
  revision: 1,
  suspended: false,
  payload: gzipSync(JSON.stringify(payload)),
});

const live = liveWith({ format: 1, tours: [] });

/** A live item of so many characters, of which no coding saves more than a quarter. */
const liveOf = (length: number) => {
  const id = randomBytes(length).toString('base64').slice(0, length);
  return liveWith({ format: 1, tours: [{ id }] });
};

const of = (account: string) => ({ account, environment: 'production' });

describe('the kept scripts', () => {
  it('are made once per revision and coding', () => {
    const { encoded } = createScripts(runtime);
    const [gzip, br] = [encoded(of('acme'), live, 'gzip'), encoded(of('acme'), live, 'br')];
    expect(encoded(of('acme'), { ...live }, 'gzip')).toBe(gzip);
    expect(encoded(of('acme'), { ...live }, 'br')).toBe(br);
    expect(encoded(of('acme'), { ...live, revision: 2 }, 'br')).not.toBe(br);
  });

  it('are never those of another account, whatever that has live', () => {
    const { encoded } = createScripts(runtime);
    for (const account of ['acme', 'rival', 'acme']) {
      expect(encoded(of(account), live, 'identity').bytes.toString()).toContain(
        `\\"account\\":\\"${account}\\"`,
      );
    }
  });

  it('stay within their bytes, and give way in the order of their last use', () => {
    const { encoded } = createScripts(runtime, 140_000);
    const item = liveOf(20_000);
    const [first, second] = [encoded(of('first'), item, 'identity'), encoded(of('second'), item, 'identity')];
    encoded(of('third'), item, 'identity');
    expect(encoded(of('first'), item, 'identity')).toBe(first);
    encoded(of('fourth'), item, 'identity');
    expect(encoded(of('first'), item, 'identity')).toBe(first);
    expect(encoded(of('second'), item, 'identity')).not.toBe(second);
  });

  it('count every coding', () => {
    const { encoded } = createScripts(runtime, 130_000);
    const [small, large] = [liveOf(20_000), liveOf(30_000)];
    const kept = encoded(of('small'), small, 'identity');
    encoded(of('large'), large, 'identity');
    expect(encoded(of('small'), small, 'identity')).toBe(kept);
    encoded(of('large'), large, 'gzip');
    encoded(of('large'), large, 'br');
    expect(encoded(of('small'), small, 'identity')).not.toBe(kept);
  });

  it('leave out one that alone is too large, and make it anyway', () => {
    const { encoded } = createScripts(runtime, 140_000);
    const kept = encoded(of('kept'), live, 'identity');
    const large = liveOf(300_000);
    const sent = encoded(of('large'), large, 'identity');
    expect(sent.bytes.length).toBeGreaterThan(300_000);
    expect(encoded(of('large'), large, 'identity')).not.toBe(sent);
    expect(encoded(of('kept'), live, 'identity')).toBe(kept);
  });
});
