import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createScripts } from '../src/delivery/scripts.ts';
import { runtime } from './functions.ts';

const live = { revision: 1, payload: '{"format":1,"tours":[]}' };

/** A live item of so many characters, of which no coding saves more than a quarter. */
const liveOf = (length: number) => {
  const id = randomBytes(length).toString('base64').slice(0, length);
  return { revision: 1, payload: JSON.stringify({ format: 1, tours: [{ id }] }) };
};

describe('the kept scripts', () => {
  it('are made once per revision and coding', () => {
    const { encoded } = createScripts(runtime);
    const [gzip, br] = [encoded('acme', live, 'gzip'), encoded('acme', live, 'br')];
    expect(encoded('acme', { ...live }, 'gzip')).toBe(gzip);
    expect(encoded('acme', { ...live }, 'br')).toBe(br);
    expect(encoded('acme', { ...live, revision: 2 }, 'br')).not.toBe(br);
  });

  it('are never those of another account, whatever that has live', () => {
    const { encoded } = createScripts(runtime);
    for (const account of ['acme', 'rival', 'acme']) {
      expect(encoded(account, live, 'identity').bytes.toString()).toContain(`\\"account\\":\\"${account}\\"`);
    }
  });

  it('stay within their bytes, and give way in the order of their last use', () => {
    const { encoded } = createScripts(runtime, 250_000);
    const item = liveOf(20_000);
    const [first, second] = [encoded('first', item, 'identity'), encoded('second', item, 'identity')];
    encoded('third', item, 'identity');
    expect(encoded('first', item, 'identity')).toBe(first);
    encoded('fourth', item, 'identity');
    expect(encoded('first', item, 'identity')).toBe(first);
    expect(encoded('second', item, 'identity')).not.toBe(second);
  });

  it('count every coding', () => {
    const { encoded } = createScripts(runtime, 200_000);
    const [small, large] = [liveOf(20_000), liveOf(30_000)];
    const kept = encoded('small', small, 'identity');
    encoded('large', large, 'identity');
    expect(encoded('small', small, 'identity')).toBe(kept);
    encoded('large', large, 'gzip');
    encoded('large', large, 'br');
    expect(encoded('small', small, 'identity')).not.toBe(kept);
  });

  it('leave out one that alone is too large, and make it anyway', () => {
    const { encoded } = createScripts(runtime, 250_000);
    const kept = encoded('kept', live, 'identity');
    const large = liveOf(300_000);
    const sent = encoded('large', large, 'identity');
    expect(sent.bytes.length).toBeGreaterThan(300_000);
    expect(encoded('large', large, 'identity')).not.toBe(sent);
    expect(encoded('kept', live, 'identity')).toBe(kept);
  });
});
