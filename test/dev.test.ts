import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curl } from '../apps/local/test/support/curl.ts';
import { spawnWorld, type WorldProcess } from '../apps/local/test/support/world-process.ts';
import { root } from './workspace.ts';
import { copyWorkspace } from './workspace-copy.ts';

/** Edits in a copy of the workspace, in which a world follows them as `npm run dev` does. */
// Whole worlds come and go here, on whatever else the machine is doing.
describe('a world that follows edits', { timeout: 120_000 }, () => {
  let copy: string;
  let world: WorldProcess;
  let topologyFile: string;

  beforeAll(async () => {
    copy = copyWorkspace();
    for (const built of ['apps/edge-proxy/dist', 'packages/tour-runtime/dist']) {
      cpSync(join(root, built), join(copy, built), { recursive: true });
    }
    topologyFile = join(copy, 'topologies/production.yaml');
    world = await spawnWorld({ main: join(copy, 'apps/local/src/main.ts'), args: ['--watch'] });
    // An edit while everything is starting must count, too.
    await world.line(/^starting the world/);
    appendFileSync(topologyFile, '  eu-north-1: {}\n');
    await world.line(/^ready in /);
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    rmSync(copy, { recursive: true, force: true });
  });

  const names = async () => (await world.describe()).regions.map(({ name }) => name);
  const script = async () => {
    const { ca, scriptUrl } = await world.describe();
    return curl('--cacert', ca, scriptUrl);
  };
  const edit = (file: string, from: string, to: string): void => {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    writeFileSync(path, text.replace(from, to));
  };

  it('counts an edit that was made while the world started', async () => {
    await expect.poll(names, { timeout: 90_000 }).toContain('eu-north-1');
    edit('topologies/production.yaml', '  eu-north-1: {}\n', '');
    await world.line(/^topology applied: -eu-north-1$/);
  });

  it('brings a region up when the topology gets its line', async () => {
    const before = await world.describe();
    appendFileSync(topologyFile, '  ap-northeast-1: {}\n');
    await world.line(/^topology applied: \+ap-northeast-1$/);
    const { regions, ca, scriptUrl, dns } = await world.describe();
    expect(regions.map(({ name }) => name)).toEqual([
      'us-east-1',
      'eu-west-1',
      'ap-southeast-2',
      'ap-northeast-1',
    ]);
    const [proxy] = regions.at(-1)?.proxies ?? [];
    const { status, headers } = await curl(
      ...['--cacert', ca, '--connect-to', `::${proxy?.address}:${proxy?.port}`],
      scriptUrl,
    );
    expect([status, headers.get('x-region')]).toEqual([200, 'ap-northeast-1']);
    expect(dns).toEqual(before.dns);
  });

  it('survives an alias that leads nowhere', async () => {
    const good = readFileSync(topologyFile, 'utf8');
    appendFileSync(topologyFile, '  us-west-2: *nothing\n');
    await world.line(/TOPOLOGY_SYNTAX not valid YAML: the alias \*nothing has no anchor/);
    writeFileSync(topologyFile, good);
    await world.line(/^topology applied$/);
  });

  it('says what is wrong with a topology, and stays as it is', async () => {
    const good = readFileSync(topologyFile, 'utf8');
    appendFileSync(topologyFile, '  us-esat-1: {}\n');
    await world.line(/production\.yaml:\d+:3 TOPOLOGY_UNKNOWN_REGION unknown region "us-esat-1"/);
    await world.line(/^the topology has problems; the world stays as it is$/);
    expect(await names()).toHaveLength(4);
    writeFileSync(topologyFile, good);
    await world.line(/^topology applied$/);
  });

  it('says that the topology file is gone, and follows it when it is back', async () => {
    const good = readFileSync(topologyFile, 'utf8');
    rmSync(topologyFile);
    await world.line(/^the topology file is gone; the world stays as it is$/);
    writeFileSync(topologyFile, good.replace('eu-west-1: { proxies: 2 }', 'eu-west-1: { proxies: 1 }'));
    await expect
      .poll(async () => (await world.describe()).regions[1]?.proxies.length, { timeout: 90_000 })
      .toBe(1);
  });

  it('takes a region away when its line goes', async () => {
    edit('topologies/production.yaml', '  eu-west-1: { proxies: 1 }\n', '');
    await world.line(/^topology applied: -eu-west-1$/);
    expect(await names()).toEqual(['us-east-1', 'ap-southeast-2', 'ap-northeast-1']);
    expect((await script()).status).toBe(200);
  });

  it('swaps a function whose source was edited, and keeps the store', async () => {
    const before = await script();
    edit('apps/tour-lambda/src/delivery.ts', 'export ', `process.env['EDITED'] = 'yes';\nexport `);
    await world.line(/^functions rebuilt and swapped$/);
    const after = await script();
    expect(after.status).toBe(200);
    expect(after.headers.get('x-bundle')).not.toBe(before.headers.get('x-bundle'));
    expect(after.headers.get('x-tours-revision')).toBe(before.headers.get('x-tours-revision'));
  });

  it('swaps the proxies whose source was edited', async () => {
    const pids = async () =>
      (await world.describe()).regions.flatMap(({ proxies }) => proxies.map(({ pid }) => pid));
    const before = await pids();
    edit('apps/edge-proxy/src/headers.ts', 'export ', `process.env['EDITED'] = 'yes';\nexport `);
    await world.line(/^edge proxies rebuilt and swapped$/);
    expect((await pids()).filter((pid) => before.includes(pid))).toEqual([]);
    await expect
      .poll(async () => (await script().catch(() => undefined))?.status, { timeout: 90_000 })
      .toBe(200);
  });

  it('shows an edit of the browser script', async () => {
    edit('packages/tour-runtime/src/guard.ts', 'isochrone:', 'isochrone, edited:');
    await expect
      .poll(async () => (await script()).body.includes('isochrone, edited:'), { timeout: 90_000 })
      .toBe(true);
  });

  it('says why a source does not build, and goes on with the last good one', async () => {
    edit('apps/tour-lambda/src/delivery.ts', 'export ', 'export const = ;\nexport ');
    await world.line(/^build of production failed|^build of topology failed/);
    expect((await script()).status).toBe(200);
  });
});
