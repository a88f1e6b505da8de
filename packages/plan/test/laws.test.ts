import { generate } from '@isochrone/config-gen';
import { cities, evaluate, zoneFromPlan } from '@isochrone/routing';
import { type DnsPlan, dnsPlan, publicHostname, type Topology } from '@isochrone/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyStep, emptyDns, planAsText, planChange, type Step } from '../src/index.ts';
import { anyTopology, topologyOf } from './topologies.ts';

const runs = { numRuns: 100 };
const anyChange = fc.tuple(anyTopology, anyTopology);

/** The zone before the first step, and after each. */
function zones(from: Topology | null, steps: readonly Step[]): readonly DnsPlan[] {
  const states = [from === null ? emptyDns : dnsPlan(from)];
  for (const each of steps) states.push(applyStep(states.at(-1) ?? emptyDns, each));
  return states;
}

describe('a plan', { timeout: 120_000 }, () => {
  it('of equal topologies is empty', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const plan = planChange(topology, structuredClone(topology));
        expect(plan.steps).toEqual([]);
        expect(plan.dangers).toEqual([]);
        expect(planAsText(plan)).toBe('nothing changes');
      }),
      runs,
    );
  });

  it("leads from the one's records and health checks to the other's", () => {
    fc.assert(
      fc.property(fc.option(anyTopology), anyTopology, (from, to) => {
        const last = zones(from, planChange(from, to).steps).at(-1);
        expect(last).toEqual(dnsPlan(to));
      }),
      runs,
    );
  });

  it('never asks Route 53 for what it refuses', () => {
    fc.assert(
      fc.property(fc.option(anyTopology), anyTopology, (from, to) => {
        for (const zone of zones(from, planChange(from, to).steps)) expect(refused(zone)).toEqual([]);
      }),
      runs,
    );
  });

  it('changes the configuration of every proxy whose generated file differs', () => {
    fc.assert(
      fc.property(anyChange, ([from, to]) => {
        const { proxies } = planChange(from, to).summary;
        const touched = [...proxies.started, ...proxies.replaced, ...proxies.reloaded];
        const before = new Map(
          generate(from, { source: 't.yaml' }).map(({ path, content }) => [path, content]),
        );
        const differing = generate(to, { source: 't.yaml' })
          .filter(({ path, content }) => path.endsWith('haproxy.cfg') && before.get(path) !== content)
          .map(({ path }) => `${path.split('/')[1]}.example.com`);
        expect(differing.filter((hostname) => !touched.includes(hostname))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('names only stacks that the one or the other has', () => {
    fc.assert(
      fc.property(anyChange, ([from, to]) => {
        const { steps, summary } = planChange(from, to);
        const known = new Set(Object.values(summary.stacks).flat());
        expect(steps.flatMap(({ stacks }) => stacks).filter((stack) => !known.has(stack))).toEqual([]);
      }),
      runs,
    );
  });
});

/** What ChangeResourceRecordSets would say no to. */
function refused({ records, healthChecks }: DnsPlan): readonly string[] {
  const checks = new Set(healthChecks.map(({ id }) => id));
  const sets = new Set(records.map(({ name, type }) => `${name} ${type}`));
  const names = Map.groupBy(records, ({ name }) => name);
  return [
    ...records
      .filter(({ healthCheck }) => healthCheck !== undefined && !checks.has(healthCheck))
      .map(({ name, healthCheck }) => `${name} is watched by ${healthCheck}, which is not there`),
    ...records
      .filter(({ type, target }) => target.kind === 'alias-record' && !sets.has(`${target.name} ${type}`))
      .map(({ name }) => `${name} is an alias to nothing`),
    ...healthChecks
      .filter((check) => check.kind === 'calculated' && !check.children.every((child) => checks.has(child)))
      .map(({ id }) => `${id} watches what is not there`),
    ...[...names]
      .filter(([, group]) => {
        const types = new Set(group.map(({ type }) => type));
        const policies = new Set(group.map(({ type, routing }) => `${type} ${routing.policy}`));
        const weighted = group.filter(({ routing }) => routing.policy === 'weighted');
        const ttls = Map.groupBy(weighted, ({ type }) => type);
        return (
          (types.has('CNAME') && types.size > 1) ||
          policies.size > types.size ||
          [...ttls.values()].some((same) => new Set(same.map(({ ttl }) => ttl)).size > 1)
        );
      })
      .map(([name]) => `${name} has records that do not go together`),
  ];
}

/** Everything that DNS may answer to anybody, as the hostname of who has to answer the request. */
function answers(zone: DnsPlan, topology: Topology): readonly string[] {
  const places = cities.filter((_, index) => index % 6 === 0);
  return [
    ...new Set(
      places.flatMap((client) =>
        ['A', 'AAAA'].flatMap((type) =>
          [0, 0.34, 0.67, 0.99].flatMap((draw) => {
            const decision = evaluate(
              zoneFromPlan(zone, topology.domain),
              { name: publicHostname(topology), type },
              { client, health: () => true, random: () => draw },
            );
            const data = decision.answers.at(-1)?.data;
            if (data?.kind === 'elastic-ip') return [data.instance];
            // Whatever name leads there, the browser's Host is the public name.
            if (data?.kind === 'api') return [`${publicHostname(topology)} in ${data.region}`];
            return type === 'A' ? ['nobody'] : [];
          }),
        ),
      ),
    ),
  ];
}

/** Who answers a request: proxies, and the custom domains of each region's API. */
function livingAfter(living: ReadonlySet<string>, { starts, stops, regions }: Step): ReadonlySet<string> {
  const key = (hostname: string): readonly string[] => [
    hostname,
    ...regions.map((region) => `${hostname} in ${region}`),
  ];
  const next = new Set([...living, ...starts.flatMap(key)]);
  for (const gone of stops.flatMap(key)) next.delete(gone);
  return next;
}

function livingIn(topology: Topology): ReadonlySet<string> {
  const { steps } = planChange(null, topology);
  return steps.reduce(livingAfter, new Set<string>());
}

describe('while a plan is carried out', { timeout: 120_000 }, () => {
  it('DNS sends every visitor to somebody who serves, resolvers that remember included', () => {
    fc.assert(
      fc.property(anyChange, ([from, to]) => {
        let living = livingIn(from);
        let zone = dnsPlan(from);
        let now = answers(zone, from);
        let remembered = new Set(now);
        for (const each of planChange(from, to).steps) {
          zone = applyStep(zone, each);
          living = livingAfter(living, each);
          // Most steps leave the zone alone, and looking everybody up is what takes the time.
          if (each.records.length > 0) now = answers(zone, to);
          remembered = new Set(
            each.phase === 'wait' && each.title.includes('forgotten') ? now : [...remembered, ...now],
          );
          expect({ step: each.title, lost: [...remembered].filter((who) => !living.has(who)) }).toEqual({
            step: each.title,
            lost: [],
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  const proxy = topologyOf();
  const direct = topologyOf({ ingress: 'direct' });

  it.each([
    { way: 'to direct mode', from: proxy, to: direct },
    { way: 'back to proxies', from: direct, to: proxy },
    { way: 'from CNAMEs to direct mode', from: topologyOf({ dns: { chain: 'cname' } }), to: direct },
    { way: 'from direct mode to CNAMEs', from: direct, to: topologyOf({ dns: { chain: 'cname' } }) },
  ])('some record set answers every city at every moment $way', ({ from, to }) => {
    for (const zone of zones(from, planChange(from, to).steps)) {
      for (const client of cities) {
        const decision = evaluate(
          zoneFromPlan(zone, to.domain),
          { name: publicHostname(to), type: 'A' },
          { client, health: () => true, random: () => 0.5 },
        );
        expect({ city: client.name, kind: decision.kind }).toEqual({ city: client.name, kind: 'answer' });
      }
    }
  });

  it('keeps the bundle that knows the public name until nobody asks an API for it', () => {
    const titles = planChange(direct, proxy).steps.map(({ title }) => title);
    const forgotten = titles.findIndex((title) => title.startsWith('until resolvers have forgotten'));
    const released = titles.findIndex((title) => title.startsWith('release the new bundle'));
    const deleted = titles.findIndex((title) =>
      title.startsWith('delete the custom domain fast.example.com'),
    );
    expect(forgotten).toBeGreaterThan(-1);
    expect(released).toBeGreaterThan(forgotten);
    expect(deleted).toBeGreaterThan(released);
  });
});
