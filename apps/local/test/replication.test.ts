import { sampleTour } from '@isochrone/tours';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorldDescription } from '../src/world-description.ts';
import { curl } from './support/curl.ts';
import { startWorldProcess, type WorldProcess } from './support/world-process.ts';

const HOME = 'us-east-1';
const LAG_MS = 700;

describe('a global table in the local world', () => {
  let process: WorldProcess;
  let world: WorldDescription;

  beforeAll(async () => {
    process = await startWorldProcess({ args: ['--replication-lag', String(LAG_MS)] });
    world = await process.describe();
  });
  afterAll(() => process[Symbol.asyncDispose]());

  /** Through the first proxy of a region. */
  const through = (region: string): readonly string[] => {
    const proxy = world.regions.find(({ name }) => name === region)?.proxies[0];
    return ['--cacert', world.ca, '--connect-to', `::${proxy?.address}:${proxy?.port}`];
  };
  const publish = async (region: string, query = ''): Promise<Published> => {
    const { status, body } = await curl(
      ...through(region),
      ...['-H', `authorization: Bearer ${world.publishKey}`],
      ...['-X', 'POST', `${world.publish.url}/publish${query}`],
    );
    expect({ status, body }).toMatchObject({ status: 200 });
    return JSON.parse(body);
  };
  const revisionIn = async (region: string): Promise<number> => {
    const { headers } = await curl(...through(region), world.scriptUrl);
    expect(headers.get('x-region')).toBe(region);
    return Number(headers.get('x-tours-revision'));
  };
  const control = (path: string, init?: RequestInit) => fetch(new URL(path, world.sampleSite), init);
  const elsewhere = () => world.regions.map(({ name }) => name).filter((name) => name !== HOME);

  it('shows a publish at home at once, wherever it was asked for, and elsewhere after the lag', async () => {
    for (const region of world.regions.map(({ name }) => name)) {
      const { revision } = await publish(region);
      expect(await revisionIn(HOME)).toBe(revision);
      for (const other of elsewhere())
        await expect.poll(() => revisionIn(other), { timeout: 10_000 }).toBe(revision);
    }
  });

  it('shows it in every region once a publish that waits has answered, and tells how long each took', async () => {
    const { revision, regions } = await publish('eu-west-1', '?wait=all');
    for (const { name } of world.regions) expect(await revisionIn(name)).toBe(revision);
    expect(regions?.map(({ region }) => region)).toEqual(world.regions.map(({ name }) => name));
    for (const { region, afterMs } of regions ?? []) {
      if (region === HOME) expect(afterMs).toBeLessThan(LAG_MS);
      else expect(afterMs).toBeGreaterThan(LAG_MS / 2);
    }
  });

  it('does not say that a region has what replication is paused for, and catches up afterwards', async () => {
    const made = await control('/faults', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'replication-pause', target: 'ap-southeast-2' }),
    });
    expect(made.status).toBe(201);
    const { revision, regions } = await publish(HOME, '?wait=all&seconds=2');
    expect(regions?.filter(({ afterMs }) => afterMs === undefined)).toEqual([{ region: 'ap-southeast-2' }]);
    expect(await revisionIn('eu-west-1')).toBe(revision);
    expect(await revisionIn('ap-southeast-2')).toBe(revision - 1);
    await control('/faults', { method: 'DELETE' });
    await expect.poll(() => revisionIn('ap-southeast-2'), { timeout: 10_000 }).toBe(revision);
  });

  it('counts events in the region where they come in, and adds them up', async () => {
    const report = JSON.stringify({ revision: 1, events: [{ name: 'shown', tour: sampleTour.id }] });
    for (const { name } of world.regions) {
      const url = `${world.publicUrl}/e/${world.account}`;
      const { status } = await curl(
        ...through(name),
        '-H',
        'content-type: text/plain',
        '--data-binary',
        report,
        url,
      );
      expect(status).toBe(204);
    }
    const total = async () => {
      const { body } = await curl(
        ...through(HOME),
        ...['-H', `authorization: Bearer ${world.publishKey}`, `${world.publish.url}/counters`],
      );
      return JSON.parse(body).items[0]?.totals.shown;
    };
    await expect.poll(total, { timeout: 10_000 }).toBe(world.regions.length);
  });
});

interface Published {
  readonly revision: number;
  readonly regions?: readonly { readonly region: string; readonly afterMs?: number }[];
}
