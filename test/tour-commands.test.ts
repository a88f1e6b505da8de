import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleTour } from '@isochrone/tours';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curl } from '../apps/local/test/support/curl.ts';
import { startWorldProcess, type WorldProcess } from '../apps/local/test/support/world-process.ts';
import { outsideEnvironment, root } from './workspace.ts';

const TOPOLOGY = `service: fast
domain: example.com
hostedZoneId: Z1
home: us-east-1
regions:
  us-east-1: {}
  eu-west-1: {}
`;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `./isochrone account` and `./isochrone tour`, as a person uses them against the local world. */
describe('in the local world, isochrone', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-tours-'));
  let world: WorldProcess;
  let control = '';

  beforeAll(async () => {
    const topology = join(folder, 'topology.yaml');
    writeFileSync(topology, TOPOLOGY);
    world = await startWorldProcess({ args: ['--topology', topology, '--loopback', '127.84'] });
    control = new URL('/', (await world.describe()).sampleSite).href;
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const isochrone = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const all = [...args, '--control', control];
      execFile(
        join(root, 'isochrone'),
        all,
        { env: outsideEnvironment, cwd: folder },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });
  const json = async (...args: string[]) => {
    const { code, stdout } = await isochrone(...args, '--json');
    return { code, ...JSON.parse(stdout) };
  };
  const script = async (path = '/acme.js'): Promise<string> => {
    const { ca, publicUrl } = await world.describe();
    return (await curl('--cacert', ca, `${publicUrl}${path}`)).body;
  };
  const write = (name: string, tour: unknown): void =>
    writeFileSync(join(folder, name), JSON.stringify(tour));
  const { id: _, ...withoutId } = sampleTour;

  it('lists the tours, and where they are live', async () => {
    const { code, stdout, stderr } = await isochrone('tour', 'list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${sampleTour.id}  draft 1  production r1`);
    expect(stdout).toContain('1 tour\n');
  });

  it('shows a draft that can be pushed again', async () => {
    const { stdout } = await isochrone('tour', 'show', sampleTour.id);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(sampleTour)));
    writeFileSync(join(folder, 'shown.json'), stdout);
    expect(await json('tour', 'push', 'shown.json')).toMatchObject({ code: 0, created: false, version: 2 });
  });

  it('takes a tour from its first draft to every region, and back', async () => {
    write('new.json', { ...withoutId, name: 'Brand new' });
    const { code, id, version } = await json('tour', 'push', 'new.json');
    expect({ code, version }).toEqual({ code: 0, version: 1 });
    expect(await script()).not.toContain(id);

    const published = await json('tour', 'publish', id, '--note', 'first');
    expect(published).toMatchObject({ code: 0, tourRevision: 1 });
    expect(published.regions.map(({ region }: { region: string }) => region)).toEqual([
      'us-east-1',
      'eu-west-1',
    ]);
    expect(await script()).toContain(id);

    write('changed.json', { ...withoutId, id, name: 'Newer', priority: 7 });
    await json('tour', 'push', 'changed.json');
    expect(await json('tour', 'publish', id)).toMatchObject({ code: 0, tourRevision: 2 });
    expect(await json('tour', 'rollback', id, '--to', '1')).toMatchObject({ code: 0, tourRevision: 1 });

    expect(await isochrone('tour', 'delete', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('TOUR_LAMBDA_TOUR_LIVE'),
    });
    expect(await json('tour', 'unpublish', id)).toMatchObject({ code: 0 });
    expect(await script()).not.toContain(id);
    expect(await json('tour', 'delete', id)).toMatchObject({ code: 0, id, deleted: true });
    expect((await isochrone('tour', 'list')).stdout).not.toContain(id);
  });

  it('shows a draft by a token, without making it live', async () => {
    const { code, path } = await json('tour', 'preview', sampleTour.id);
    expect(code).toBe(0);
    expect(await script(path)).toContain(sampleTour.id);
  });

  it('tells every problem of a document, each with its place', async () => {
    write('bad.json', { ...withoutId, colour: 'red', frequency: { mode: 'often' } });
    const { code, stderr } = await isochrone('tour', 'push', 'bad.json');
    expect(code).toBe(1);
    for (const place of ['/colour', '/frequency/mode']) expect(stderr).toContain(place);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says what is wrong with a file that is no JSON, or is not there', async () => {
    writeFileSync(join(folder, 'text.json'), 'no json');
    for (const file of ['text.json', 'nowhere.json']) {
      expect(await isochrone('tour', 'push', file)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^CLI_INPUT_UNREADABLE .*\.json/),
      });
    }
  });

  it('makes an account, whose key is good for everything but what others have', async () => {
    const { code, key, home } = await json('account', 'create', 'rival');
    expect({ code, home }).toEqual({ code: 0, home: 'us-east-1' });
    expect((await isochrone('tour', 'list', '--key', key)).stdout).toBe('0 tours\n');
    expect(await isochrone('tour', 'show', sampleTour.id, '--key', key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('TOUR_LAMBDA_NOT_FOUND'),
    });
    expect(await isochrone('account', 'create', 'rival')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('TOUR_LAMBDA_ACCOUNT_EXISTS'),
    });
  });

  it('makes an account in another region than the home of all', async () => {
    const { key } = await json('account', 'create', 'european', '--home', 'eu-west-1');
    write('european.json', withoutId);
    const { id } = await json('tour', 'push', 'european.json', '--key', key);
    expect(await json('tour', 'publish', id, '--key', key)).toMatchObject({ code: 0, tourRevision: 1 });
    expect(await script('/european.js')).toContain(id);
    expect(await isochrone('account', 'suspend', 'european')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--home eu-west-1'),
    });
  });

  it('suspends an account, and lets it go on', async () => {
    expect(await json('account', 'suspend', 'acme', '--note', 'unpaid')).toMatchObject({
      code: 0,
      suspended: true,
      environments: ['production'],
    });
    await expect.poll(() => script(), { timeout: 10_000 }).not.toContain(sampleTour.id);
    expect(await json('account', 'resume', 'acme')).toMatchObject({ code: 0, suspended: false });
    await expect.poll(() => script(), { timeout: 10_000 }).toContain(sampleTour.id);
  });

  it('says what to start where no world runs', async () => {
    const { code, stderr } = await new Promise<Ran>((resolve) =>
      execFile(
        join(root, 'isochrone'),
        ['tour', 'list', '--control', 'http://127.0.0.1:1'],
        { env: outsideEnvironment },
        (error, stdout, told) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr: told }),
      ),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^CLI_WORLD_UNREACHABLE .*\n.*npm start/);
  });
});
