import { type RegionName, regionNames } from '@isochrone/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { banner, type EdgeProxyConfig, generate } from '../src/index.ts';
import { cases, topologyOf, topologyWith } from './support/topologies.ts';

const source = 'topologies/test.yaml';

describe.each(cases)('%s', (name) => {
  const files = generate(topologyOf(name), { source });

  it('yields the same bytes twice, sorted by path', () => {
    expect(generate(topologyOf(name), { source })).toEqual(files);
    expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).sort());
  });

  it('says in the first lines of every file where it comes from', () => {
    for (const { content } of files)
      expect(content.split('\n').slice(0, 2).join('\n')).toContain(banner(source));
  });
});

it('keeps a banner on one line whatever the topology is called', () => {
  expect(banner('a\nb\r\nc.yaml')).not.toMatch(/[\r\n]/);
});

it('generates for every region at once', () => {
  const files = generate(topologyWith(regionNames), { source });
  expect(files).toHaveLength(2 * regionNames.length + 3 + 7);
});

/**
 * The law: a new region adds its own proxies' files, its own records, its own lines in the zone listing and its own
 * jobs in the matrix. An existing proxy's files change only where the new region becomes one of its upstreams,
 * and then only in what describes that upstream, or the one that it pushed out.
 */
describe('a new region', () => {
  const change = fc
    .record({
      regions: fc.shuffledSubarray([...regionNames], { minLength: 3, maxLength: 9 }),
      fallbacks: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ regions, fallbacks }) => {
      const added = regions.at(-1) ?? 'us-east-1';
      const contents = (names: readonly RegionName[]) =>
        new Map(
          generate(topologyWith(names, `edge: { fallbacks: ${fallbacks} }\n`), { source }).map((file) => [
            file.path,
            file.content,
          ]),
        );
      return { added, before: contents(regions.slice(0, -1)), after: contents(regions) };
    });

  it('adds files of its own proxies only', () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        const newPaths = [...after.keys()].filter((path) => !before.has(path));
        expect(newPaths).toEqual([
          `proxies/proxy1-${added}-fast/edge-proxy.json`,
          `proxies/proxy1-${added}-fast/haproxy.cfg`,
        ]);
        expect([...before.keys()].filter((path) => !after.has(path))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('adds lines to the zone listing that name it, and touches no other', () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        const kept = after
          .get('dns/zone.txt')
          ?.split('\n')
          .filter((line) => !line.includes(added));
        expect(kept?.join('\n')).toBe(before.get('dns/zone.txt'));
      }),
      { numRuns: 20 },
    );
  });

  it('adds lines to the inventory that name it, and touches no other', () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        const names = [added, added.replaceAll('-', '_')];
        const kept = after
          .get('ansible/inventory.yaml')
          ?.split('\n')
          .filter((line) => !names.some((name) => line.includes(name)));
        expect(kept?.join('\n')).toBe(before.get('ansible/inventory.yaml'));
      }),
      { numRuns: 20 },
    );
  });

  it('adds records, health checks and jobs that name it, and touches no other', () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        for (const path of ['dns/records.json', 'deploy-matrix.json']) {
          const others = JSON.parse(after.get(path) ?? '', (_key, value: unknown) =>
            Array.isArray(value) ? value.filter((entry) => !JSON.stringify(entry).includes(added)) : value,
          );
          expect(others).toEqual(JSON.parse(before.get(path) ?? ''));
        }
      }),
      { numRuns: 20 },
    );
  });

  it("changes another proxy's edge-proxy.json in its upstreams only, and only to be among them", () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        for (const [path, content] of before) {
          if (!path.endsWith('edge-proxy.json')) continue;
          const { upstreams: upstreamsBefore, ...restBefore }: EdgeProxyConfig = JSON.parse(content);
          const { upstreams, ...rest }: EdgeProxyConfig = JSON.parse(after.get(path) ?? '');
          expect(rest).toEqual(restBefore);
          const others = upstreams.filter(({ region }) => region !== added);
          expect(others).toEqual(upstreamsBefore.slice(0, others.length));
        }
      }),
      { numRuns: 20 },
    );
  });

  it("changes another proxy's haproxy.cfg only in the sections of upstreams that come or go, and in their list", () => {
    fc.assert(
      fc.property(change, ({ added, before, after }) => {
        for (const [path, content] of before) {
          if (!path.endsWith('haproxy.cfg')) continue;
          const now = after.get(path) ?? '';
          if (!now.includes(added)) {
            expect(now).toBe(content);
            continue;
          }
          const sectionsBefore = sectionsOf(content);
          const sections = sectionsOf(now);
          const came = [...sections.keys()].filter((title) => !sectionsBefore.has(title));
          expect(came).toEqual([`frontend hop_${added}`, `backend api_${added}`]);
          for (const [title, text] of sectionsBefore) {
            if (!sections.has(title)) expect(title).toMatch(/^frontend hop_|^backend api_/);
            else expect(unlisted(sections.get(title))).toBe(unlisted(text));
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

const sectionsOf = (config: string): ReadonlyMap<string, string> =>
  new Map(config.split('\n\n').map((section) => [section.split('\n', 1)[0] ?? '', section]));

/** A section without the list of upstreams. */
const unlisted = (section = ''): string =>
  section.replaceAll(/^ +(server \S+ abns@|http-request set-var\(txn\.first\)).*$\n?/gm, '').trimEnd();
