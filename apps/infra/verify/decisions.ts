import {
  type AnswerData,
  type Decision,
  evaluate,
  type RoutingZone,
  zoneFromPlan,
  zoneFromRoute53,
} from '@isochrone/routing';
import { dnsPlan, type RecordSet, type Topology } from '@isochrone/topology';
import { planIds, type ReadZone } from './zone.ts';

export const DECISIONS = 1_000;

/**
 * Asks what the topology plans and what Route 53 holds the same things: every name, for clients anywhere and any state
 * of health, and compares answers and ways. Returns how many questions that were.
 *
 * @param asked whose names are asked for; all where absent
 * @throws {Error} at the first question that is answered differently
 */
export function compareDecisions(
  topology: Topology,
  read: ReadZone,
  asked: (record: RecordSet) => boolean = () => true,
): number {
  const plan = dnsPlan(topology);
  const planned = zoneFromPlan(plan, topology.domain);
  const deployed = zoneFromRoute53({
    recordSets: JSON.stringify({ ResourceRecordSets: read.recordSets }),
    healthChecks: JSON.stringify({ HealthChecks: read.healthChecks }),
    domain: topology.domain,
    file: 'Route 53',
  });
  const ids = planIds(topology, read.healthChecks);
  const instances = instancesOf(deployed, topology);
  const questions = [
    ...new Set(
      plan.records.filter(asked).map(({ name, type }) => `${name} ${type === 'CNAME' ? 'A' : type}`),
    ),
  ];
  const random = randomNumbers(20_261_121);
  for (let draw = 0; draw < DECISIONS; draw += 1) {
    const client = { latitude: random() * 180 - 90, longitude: random() * 360 - 180 };
    const broken = random();
    const down = new Set(planned.healthChecks.filter(() => random() < broken).map(({ id }) => id));
    const choice = random();
    for (const question of questions) {
      const [name = '', type = ''] = question.split(' ');
      const ask = (zone: RoutingZone, checkOf: (id: string) => string): Decision =>
        evaluate(
          zone,
          { name, type },
          { client, health: (id) => !down.has(checkOf(id)), random: () => choice },
        );
      const expected = told(
        ask(planned, (id) => id),
        instances,
      );
      const found = told(
        ask(deployed, (id) => ids.get(id) ?? id),
        instances,
      );
      if (found !== expected)
        throw new Error(
          `${question} with ${[...down].join(', ') || 'nothing'} down: planned ${expected}, deployed ${found}`,
        );
    }
  }
  return DECISIONS * questions.length;
}

/** Which instance has an address: the record of its own name says. */
function instancesOf(deployed: RoutingZone, topology: Topology): ReadonlyMap<string, string> {
  const hostnames = new Set(
    topology.regions.flatMap(({ proxies }) => proxies.map(({ hostname }) => hostname)),
  );
  const addresses = deployed.records.flatMap(({ name, target }) =>
    hostnames.has(name) && target.kind === 'values'
      ? target.values.map((value) => [value, name] as const)
      : [],
  );
  const instances = new Map(addresses);
  if (instances.size !== hostnames.size)
    throw new Error(`${hostnames.size} instances have ${instances.size} addresses`);
  return instances;
}

function told({ kind, answers, reasons }: Decision, instances: ReadonlyMap<string, string>): string {
  return JSON.stringify({
    kind,
    answers: answers.map(({ name, type, ttl, data }) => [name, type, ttl, dataOf(data, instances)]),
    way: reasons.map((reason) =>
      reason.kind === 'group'
        ? [reason.name, reason.type, reason.choice, reason.failedOpen]
        : [reason.name, reason.why],
    ),
  });
}

function dataOf(data: AnswerData, instances: ReadonlyMap<string, string>): string {
  switch (data.kind) {
    case 'elastic-ip':
      return data.instance;
    case 'address':
      return instances.get(data.address) ?? data.address;
    case 'api':
      return `${data.customDomain} in ${data.region}`;
    case 'cname':
      return data.name;
    case 'resource':
      return data.dnsName;
    case 'text':
      return data.text;
  }
}

/** Evenly spread numbers from 0 to 1, the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
