import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectsOf } from '../../src/faults/effects.ts';
import { readFault, type WantedFault } from '../../src/faults/fault.ts';
import { openFaults } from '../../src/faults/faults.ts';
import { topologyWith } from '../support/topologies.ts';

const topology = topologyWith();
const HOST = 'proxy1-us-east-1-fast.example.com.localhost';
const read = (body: unknown, canMove = true) => readFault(body, topology, { canMove });

describe('readFault', () => {
  it.each([
    [{ kind: 'proxy-stop', target: HOST }],
    [{ kind: 'api-slow', target: 'us-east-1', ms: 300 }],
    [{ kind: 'api-errors', target: 'eu-west-1', status: 503, rate: 0.5 }],
    [{ kind: 'api-header', target: 'eu-west-1', name: 'x-bundle', value: 'old' }],
    [{ kind: 'region-down', target: 'eu-west-1' }],
  ])('takes %j', (body) => {
    expect(read(body)).toEqual({ ok: true, fault: body });
  });

  it('takes the first label of a host for the host', () => {
    expect(read({ kind: 'proxy-freeze', target: 'proxy1-us-east-1-fast' })).toMatchObject({
      fault: { target: HOST },
    });
  });

  it.each([
    [undefined, ['']],
    [{ kind: 'proxy-explode', target: HOST }, ['kind']],
    [{ kind: 'proxy-stop' }, ['target']],
    [{ kind: 'proxy-stop', target: 'us-east-1' }, ['target']],
    [{ kind: 'api-down', target: HOST }, ['target']],
    [{ kind: 'api-slow', target: 'mars', ms: -1, more: true }, ['ms', '', 'target']],
    [{ kind: 'api-header', target: 'us-east-1', name: 'X Y', value: 'a\r\nb: c' }, ['name', 'value']],
  ])('refuses %j, and says all that is wrong', (body, paths) => {
    const reading = read(body);
    expect(reading.ok ? [] : reading.problems.map(({ path }) => path)).toEqual(paths);
  });

  it('names what was probably meant', () => {
    const reading = read({ kind: 'region-down', target: 'us-east-2' });
    expect(reading.ok ? '' : reading.problems[0]?.message).toContain('did you mean us-east-1?');
  });

  it('refuses to move an API where there is one address', () => {
    expect(read({ kind: 'api-move', target: 'us-east-1' }, false).ok).toBe(false);
  });
});

describe('effectsOf', () => {
  const proxy = { hostname: HOST, region: 'us-east-1' } as const;
  const fault = (kind: WantedFault['kind'], target: string): WantedFault => {
    const reading = read({ kind, target, ...(kind === 'api-slow' ? { ms: 100 } : {}) });
    if (!reading.ok) throw new Error('no fault');
    return reading.fault;
  };

  it('takes the worst of several faults of a proxy', () => {
    const faults = [fault('proxy-drain', HOST), fault('proxy-freeze', HOST)];
    expect(effectsOf(faults).proxyMode(proxy)).toBe('frozen');
    expect(effectsOf([...faults, fault('region-down', 'us-east-1')]).proxyMode(proxy)).toBe('stopped');
  });

  it('takes down proxies, API and store of a lost region, and of no other', () => {
    const effects = effectsOf([fault('region-down', 'us-east-1')]);
    expect(effects.gatewayTrouble('us-east-1').down).toBe(true);
    expect(effects.isStoreDown('us-east-1')).toBe(true);
    expect(effects.isReplicationPaused('us-east-1')).toBe(true);
    expect(effects.gatewayTrouble('eu-west-1').down).toBe(false);
    expect(effects.isStoreDown('eu-west-1')).toBe(false);
  });

  it('leaves nothing once the last fault is undone, in whatever order', async () => {
    const kinds = ['proxy-stop', 'proxy-freeze', 'proxy-drain'] as const;
    const regional = [
      'api-down',
      'api-slow',
      'api-certificate',
      'api-dns',
      'store-down',
      'replication-pause',
      'region-down',
    ] as const;
    const anyFault = fc.oneof(
      fc.record({ kind: fc.constantFrom(...kinds), target: fc.constant(HOST) }),
      fc.record({ kind: fc.constantFrom(...regional), target: fc.constantFrom('us-east-1', 'eu-west-1') }),
    );
    const picture = (effects: ReturnType<typeof effectsOf>) =>
      (['us-east-1', 'eu-west-1'] as const).map((region) => [
        effects.proxyMode({ ...proxy, region }),
        effects.gatewayTrouble(region),
        effects.isNameless(region),
        effects.isStoreDown(region),
        effects.isReplicationPaused(region),
      ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFault, { maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        async (wanted, order) => {
          const faults = openFaults({
            topology: () => topology,
            limits: { canMove: true },
            reconcile: async () => {},
            onChange: () => {},
          });
          for (const { kind, target } of wanted) await faults.make(fault(kind, target));
          while (faults.list().length > 0) {
            const pick = order.next().value % faults.list().length;
            await faults.undo(faults.list()[pick]?.id ?? '');
          }
          expect(picture(faults.effects())).toEqual(picture(effectsOf([])));
        },
      ),
    );
  });
});
