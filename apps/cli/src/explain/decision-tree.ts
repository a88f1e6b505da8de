import type {
  AnswerData,
  Candidate,
  CheckHealth,
  Decision,
  GroupReason,
  HealthReason,
  MemberHealth,
  Reason,
} from '@isochrone/routing';
import { count, paint } from '../outcome.ts';
import type { Tree } from './tree.ts';

/** How a decision came about: under each group its records, under the chosen one what it led to. */
export const decisionTree = ({ reasons }: Decision): Tree => reasonTree(reasons);

function reasonTree([reason, ...further]: readonly Reason[]): Tree {
  if (reason === undefined) return { text: 'nothing was decided', children: [] };
  if (reason.kind === 'dead-end')
    return { text: `${reason.name} ${reason.type}: ${whyNot[reason.why]}`, children: [] };
  const { candidates } = reason;
  return {
    text: describeGroup(reason),
    children: [...candidates].sort(byRoundTrip).map((candidate) => {
      const next = candidate.chosen && further.length > 0 ? [reasonTree(further)] : [];
      return {
        text: describeCandidate(candidate),
        children: [...candidate.because.flatMap(unhealthyReason), ...next],
      };
    }),
  };
}

const whyNot = {
  'outside-the-zone': 'outside the zone, for other servers to answer',
  'no-such-name': 'no such name',
  'no-such-type': 'the name has no records of this type',
  loop: 'a circle, which has no answer',
} as const;

const byRoundTrip = (a: Candidate, b: Candidate): number => (a.roundTripMs ?? 0) - (b.roundTripMs ?? 0);

function describeGroup({ name, asked, type, choice, failedOpen }: GroupReason): string {
  const wildcard = name === asked ? '' : ` (for ${asked})`;
  const open = failedOpen ? paint('yellow', '; none is healthy, so all count as healthy (failed open)') : '';
  return `${name}${wildcard} ${type}: ${policies[choice.policy]}${open}`;
}

const policies = {
  simple: 'one record',
  latency: 'by latency, the closest region',
  weighted: 'by weight, one is drawn',
} as const;

function describeCandidate(candidate: Candidate): string {
  const { setIdentifier, healthy, chosen, considered, because } = candidate;
  const facts = [
    ...figuresOf(candidate),
    healthy ? describeHealthy(because) : paint('red', 'unhealthy'),
    ...(healthy && !considered ? ['held back: its weight is 0'] : []),
  ];
  const text = [setIdentifier ?? targetOf(candidate), facts.join(', ')].join('  ');
  const leads = setIdentifier === null ? '' : ` → ${targetOf(candidate)}`;
  return chosen ? `${paint('green', `${text}  chosen`)}${leads}` : text;
}

/** Healthy may mean that enough of several are. */
function describeHealthy(because: readonly HealthReason[]): string {
  if (because.length === 0) return 'no health check';
  const parts = because.flatMap((reason): readonly (readonly { readonly healthy: boolean }[])[] =>
    reason.kind === 'target' ? [reason.members] : reason.calculated ? [reason.calculated.children] : [],
  );
  const partial = parts.flatMap((part) => {
    const healthy = part.filter((each) => each.healthy).length;
    return healthy < part.length ? [`${healthy} of ${part.length}`] : [];
  });
  return partial.length > 0 ? `healthy (${partial.join(', ')})` : 'healthy';
}

function figuresOf({ roundTripMs, latencySource, weight }: Candidate): readonly string[] {
  return [
    ...(roundTripMs === undefined
      ? []
      : [`${roundTripMs.toFixed(roundTripMs < 10 ? 1 : 0)} ms ${latencySource}`]),
    ...(weight === undefined ? [] : [`weight ${weight}`]),
  ];
}

function targetOf({ target }: Candidate): string {
  switch (target.kind) {
    case 'elastic-ip':
      return `address of ${target.instance}`;
    case 'alias-record':
      return `alias to ${target.name}`;
    case 'alias-api':
      return `alias to the API of ${target.customDomain} in ${target.region}`;
    case 'alias-resource':
      return `alias to ${target.dnsName}`;
    case 'cname':
      return target.name;
    case 'values':
      return target.values.join(', ');
  }
}

/** Why a record is unhealthy; healthy ones need no reason. */
function unhealthyReason(reason: HealthReason): readonly Tree[] {
  if (reason.healthy) return [];
  if (reason.kind === 'check') return [failingCheck(reason)];
  const { name, members } = reason;
  if (members.length === 0) return [{ text: `${name} leads in a circle, or nowhere`, children: [] }];
  return [
    {
      text: `none of the ${count(members.length, 'record')} of ${name} is healthy`,
      children: members.map(describeMember),
    },
  ];
}

function describeMember({ setIdentifier, healthy, because }: MemberHealth): Tree {
  const name = setIdentifier ?? 'its one record';
  const reasons = healthy ? [] : because.flatMap(unhealthyReason);
  const [only, ...others] = reasons;
  return only && others.length === 0
    ? { text: `${name}: ${only.text}`, children: only.children }
    : { text: name, children: reasons };
}

function failingCheck({ id, calculated }: CheckHealth): Tree {
  if (!calculated) return { text: `check ${id} fails`, children: [] };
  const { children, healthThreshold, inverted } = calculated;
  const failing = children.filter((child) => !child.healthy);
  const healthy = children.length - failing.length;
  const numbers = `${healthy} of ${children.length} children healthy, threshold ${healthThreshold}`;
  return {
    text: `check ${id} fails: ${numbers}${inverted ? ', inverted' : ''}`,
    children: failing.map(failingCheck),
  };
}

/** One record of an answer, in the order of a zone file. */
export function describeAnswer({ name, ttl, type, data }: Decision['answers'][number]): string {
  return `${name} ${ttl} IN ${type} ${describeData(data)}`;
}

function describeData(data: AnswerData): string {
  switch (data.kind) {
    case 'elastic-ip':
      return `(address of ${data.instance})`;
    case 'api':
      return `(address of the API of ${data.customDomain} in ${data.region})`;
    case 'cname':
      return data.name;
    case 'address':
      return data.address;
    case 'resource':
      return `(address of ${data.dnsName})`;
    case 'text':
      return data.text;
  }
}
