import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleTour } from '@isochrone/tours';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../bundle/bundle.ts';
import { importHandler, productionFile, readText, temporaryFolder } from './bundles.ts';
import { eventOf } from './events.ts';
import { api, jsonOf, publishOf, putOf, sampleTourTitled, textOf } from './functions.ts';
import { environmentOf, startStore } from './store.ts';

const host = 'us-east-1-fast.example.localhost';

const build = async (topologyFile = productionFile) => {
  const outdir = await temporaryFolder();
  const manifest = await bundle({ topologyFile, domain: 'example.localhost', outdir });
  return { outdir, manifest, delivery: await readText(outdir, 'delivery/index.mjs') };
};

describe('the bundles', () => {
  it('deliver and publish when they are imported from their files', async () => {
    const { outdir } = await build();
    const environment = environmentOf(await startStore());
    const deliver = await importHandler(join(outdir, 'delivery/index.mjs'), environment);
    const publish = await importHandler(join(outdir, 'publishing/index.mjs'), environment);

    await publish(eventOf({ ...putOf(sampleTourTitled('Bundled')), host }));
    expect(jsonOf(await publish(eventOf({ ...publishOf(sampleTour), host })))).toMatchObject({
      revision: 3,
    });
    const script = await deliver(eventOf({ path: '/acme.js', host, headers: { 'accept-encoding': 'br' } }));
    expect(textOf(script)).toContain('Bundled');
    expect(textOf(script)).toContain(
      await readText(import.meta.dirname, '../../../packages/tour-runtime/dist/runtime.js').then((text) =>
        text.trimEnd(),
      ),
    );

    expect(await deliver(eventOf({ path: '/acme.js' }))).toMatchObject({ statusCode: 421 });
    const { steps: _, ...invalid } = sampleTour;
    expect(jsonOf(await publish(eventOf({ ...api('POST', '/v1/tours', invalid), host })))).toMatchObject({
      errors: [{ pointer: '/steps', detail: '"steps" is missing' }],
    });
  });

  it('name the hash of themselves in every answer', async () => {
    const { outdir, manifest, delivery } = await build();
    const deliver = await importHandler(
      join(outdir, 'delivery/index.mjs'),
      environmentOf(await startStore()),
    );
    const hash = String((await deliver(eventOf({ path: '/healthz', host }))).headers?.['x-bundle']);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const unstamped = delivery.replaceAll(hash, '@bundle-sha-256@');
    expect(createHash('sha256').update(unstamped).digest('hex').slice(0, 16)).toBe(hash);
    expect(manifest).toEqual(JSON.parse(await readText(outdir, 'manifest.json')));
    expect(manifest.functions['delivery']).toEqual({
      file: 'delivery/index.mjs',
      sha256: createHash('sha256').update(delivery).digest('hex'),
      bytes: Buffer.byteLength(delivery),
    });
  });

  it('are the same bytes wherever they are built', async () => {
    const [here, there] = [await build(), await build()];
    expect(here.manifest).toEqual(there.manifest);
    expect(here.delivery).toBe(there.delivery);
  });

  it('know every region of the topology, and change with it alone', async () => {
    const { delivery } = await build();
    for (const region of ['us-east-1', 'eu-west-1', 'ap-southeast-2']) {
      expect(delivery).toContain(`"${region}-fast.example.localhost"`);
      expect(delivery).toContain(`"staging-${region}-fast.example.localhost"`);
    }
    const folder = await temporaryFolder();
    const text = await readText(productionFile);
    const more = join(folder, 'production.yaml');
    await writeFile(more, `${text.trimEnd()}\n  ap-northeast-1: {}\n`);
    const grown = await build(more);
    expect(grown.delivery).toContain('"ap-northeast-1-fast.example.localhost"');
    const added =
      '"ap-northeast-1":{api:"ap-northeast-1-fast.example.localhost",staging:"staging-ap-northeast-1-fast.example.localhost"}';
    expect(withoutHash(grown.delivery.replace(`,${added}`, ''))).toBe(withoutHash(delivery));
  });

  it('refuse to start in a region that the topology does not have', async () => {
    const { outdir } = await build();
    const environment = { ...environmentOf(await startStore()), AWS_REGION: 'eu-north-1' };
    await expect(importHandler(join(outdir, 'delivery/index.mjs'), environment)).rejects.toThrow(
      'AWS_REGION is "eu-north-1", expected one of us-east-1, eu-west-1, ap-southeast-2',
    );
  });
});

describe('the bundle', () => {
  let built: Awaited<ReturnType<typeof bundle>>;
  let delivery: string;
  let publishing: string;
  let sources: readonly string[];

  beforeAll(async () => {
    const outdir = join(import.meta.dirname, '../dist/production');
    built = JSON.parse(await readText(outdir, 'manifest.json'));
    delivery = await readText(outdir, 'delivery/index.mjs');
    publishing = await readText(outdir, 'publishing/index.mjs');
    sources = JSON.parse(await readText(outdir, 'delivery/index.mjs.map')).sources;
  });

  it('of delivery is at most 250 KB, and that of publishing at most 350 KB', () => {
    expect(built.functions['delivery']?.bytes).toBeLessThanOrEqual(250 * 1024);
    expect(built.functions['publishing']?.bytes).toBeLessThanOrEqual(350 * 1024);
  });

  it('of delivery has no schema library, no topology parser and no credential chain', () => {
    expect(
      sources.filter((source) => /zod|yaml|packages\/topology|credential-provider/.test(source)),
    ).toEqual([]);
    expect(sources.some((source) => source.includes('client-dynamodb'))).toBe(true);
  });

  it('asks for nothing at run time but what Node has', () => {
    for (const text of [delivery, publishing]) {
      expect(text).not.toContain('Dynamic require');
      // Nothing but names stands between the two words of an import; texts that have them are not meant.
      const imported = [
        ...text.matchAll(/\bimport(?:[\w$*{},\s]*\bfrom)?"([^"]+)"|\bimport\("([^"]+)"\)/g),
      ].map(([, from, dynamic]) => from ?? dynamic);
      expect(
        imported.filter(
          (name) =>
            !/^(node:)?(async_hooks|buffer|crypto|fs|http|http2|https|os|path|process|stream|timers|url|util|zlib)(\/promises)?$/.test(
              String(name),
            ),
        ),
      ).toEqual([]);
    }
  });

  it('names its source map, which lies apart', () => {
    expect(delivery).toMatch(/\n\/\/# sourceMappingURL=index\.mjs\.map\n?$/);
    expect(delivery.split('\n').length).toBeLessThan(500);
  });
});

/** A bundle's text with its hash blanked; the hash is the only 16-digit hexadecimal string. */
const withoutHash = (text: string): string => text.replaceAll(/"[0-9a-f]{16}"/g, '"hash"');
