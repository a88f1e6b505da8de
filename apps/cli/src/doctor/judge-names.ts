import type { Topology } from '@isochrone/topology';
import type { Examination, NameSeen } from './examine.ts';
import type { Finding } from './finding.ts';

/** What is wrong with what DNS says. */
export function judgeNames(topology: Topology, seen: Examination): readonly Finding[] {
  const all: readonly NameSeen[] = [
    seen.publicName,
    ...seen.names,
    ...[...seen.proxies, ...seen.apis].map(({ hostname, lookup }) => ({ name: hostname, lookup })),
  ];
  const silent = all.filter(({ lookup }) => !lookup.ok && lookup.why === 'silent');
  if (silent.length > 0) return [silence(silent)];
  return [
    ...all.flatMap(missing),
    ...keptTooLong(topology, seen),
    ...strangers(topology, seen),
    ...elsewhere(seen),
  ];
}

function silence(silent: readonly NameSeen[]): Finding {
  const [{ name, lookup } = { name: '', lookup: undefined }] = silent;
  const reason = lookup?.ok === false ? lookup.reason : 'no answer';
  return {
    level: 'error',
    id: 'dns-silent',
    subject: name,
    message: `the name server did not answer (${reason}), for ${silent.length} names`,
    cause: 'the resolver is down or unreachable, or the domain is not delegated to the hosted zone',
    remedy:
      'name another resolver with --resolver; compare the NS records at the registrar with those of the zone',
  };
}

function missing({ name, lookup }: NameSeen): readonly Finding[] {
  if (lookup.ok) return [];
  return [
    {
      level: 'error',
      id: 'dns-record-missing',
      subject: name,
      message: `no address (${lookup.reason})`,
      cause: 'the record set was deleted, or the stack that writes it is not deployed',
      remedy: `deploy the stack that owns it; ./isochrone explain ${name} --from london says what should stand there`,
    },
  ];
}

/** Of names whose TTL is the topology's: answers of aliases to an API carry AWS's own. */
function keptTooLong(
  { ingress, dns }: Topology,
  { publicName, names, proxies }: Examination,
): readonly Finding[] {
  if (ingress === 'direct') return [];
  const groups = names.filter(({ name }) => name.startsWith('proxy-'));
  const all = [publicName, ...groups, ...proxies.map(({ hostname, lookup }) => ({ name: hostname, lookup }))];
  return all.flatMap(({ name, lookup }) =>
    lookup.ok && lookup.ttl > dns.ttl ? [longer(name, lookup.ttl, dns.ttl)] : [],
  );
}

const longer = (name: string, found: number, wanted: number): Finding => ({
  level: 'warning',
  id: 'dns-ttl',
  subject: name,
  message: `resolvers keep the answer for ${found} s, the topology says ${wanted} s`,
  cause: 'the record set is older than the topology, or a resolver stretches TTLs',
  remedy: 'deploy the stack that owns it, or ask a resolver of the zone itself with --resolver',
});

const addressesOf = ({ lookup }: Pick<NameSeen, 'lookup'>): readonly string[] =>
  lookup.ok ? lookup.addresses : [];

/** Addresses under a shared name that are no proxy's own. An API's addresses are AWS's, and change all the time. */
function strangers({ ingress }: Topology, { publicName, names, proxies }: Examination): readonly Finding[] {
  // Where a proxy has no name, nobody can say which addresses are its own.
  if (ingress === 'direct' || proxies.some(({ lookup }) => !lookup.ok)) return [];
  const known = new Set(proxies.flatMap(addressesOf));
  return [publicName, ...names.filter(({ name }) => name.startsWith('proxy-'))].flatMap((each) => {
    const foreign = addressesOf(each).filter((address) => !known.has(address));
    if (foreign.length === 0) return [];
    return [
      {
        level: 'error',
        id: 'dns-address-foreign',
        subject: each.name,
        message: `leads to ${foreign.join(', ')}, which is the address of no proxy`,
        cause:
          'an Elastic IP was released or moved and the record set was not, or the topology is not what is deployed',
        remedy: 'deploy the Edge stack of the region; check that --topology names what is deployed',
      },
    ];
  });
}

function elsewhere({ sendings, proxies }: Examination): readonly Finding[] {
  return sendings.flatMap(({ region, city, address }) => {
    const there = proxies.find(
      ({ lookup }) => lookup.ok && lookup.addresses.some((each) => each === address),
    );
    if (there?.region === region) return [];
    return [
      {
        level: 'warning',
        id: 'dns-sends-elsewhere',
        subject: region,
        message: `visitors in ${city} are sent to ${there?.region ?? address ?? 'nobody'}`,
        cause: 'the health checks of every proxy of the region fail, or its latency record is missing',
        remedy: `mend what is said of the region's proxies; ./isochrone explain --from "${city}" says who would be chosen`,
      },
    ];
  });
}
