import type { Topology } from '@isochrone/topology';
import { cacheFault } from './caching.ts';
import type { ApiSeen, Examination, ProxySeen } from './examine.ts';
import type { Finding, FindingId } from './finding.ts';
import { judgeCertificate } from './judge-certificates.ts';
import type { Answered, Failed } from './probe.ts';

/** Slower than this, a visitor notices. */
const SLOW_MS = 1_000;

/** What is wrong with proxies and APIs. Whoever has no address, or does not answer, has one finding alone. */
export function judgeServers(topology: Topology, seen: Examination, now: number): readonly Finding[] {
  return [
    ...seen.apis.flatMap((api) => judgeApi(topology, api, now)),
    ...differingBundles(topology, seen.apis),
    ...seen.proxies.flatMap((proxy) => judgeProxy(topology, seen, proxy, now)),
  ];
}

function judgeApi(topology: Topology, api: ApiSeen, now: number): readonly Finding[] {
  const { hostname, health, delivery, foreignHost } = api;
  if (health === null) return [];
  if (!health.ok) return [unreachable('api-unreachable', hostname, health)];
  const certificate = judgeCertificate(hostname, health.certificate, now);
  if (health.status !== 200) return [...certificate, illApi(hostname, health)];
  return [
    ...certificate,
    ...(delivery?.ok ? cacheable(topology, hostname, delivery, 'the function of this region') : []),
    ...slow('api-slow', hostname, health, 'the function starts cold or is throttled, or its table is slow'),
    ...(foreignHost?.ok && foreignHost.status < 300 ? [tooWelcoming(hostname)] : []),
  ];
}

function judgeProxy(
  topology: Topology,
  { proxies, apis }: Examination,
  proxy: ProxySeen,
  now: number,
): readonly Finding[] {
  const { hostname, region, health, delivery } = proxy;
  if (health === null) return [];
  if (!health.ok) return [unreachable('proxy-unreachable', hostname, health)];
  const certificate = judgeCertificate(hostname, health.certificate, now);
  if (health.status !== 200) {
    const others = proxies.filter((each) => each.region === region && each !== proxy);
    return [...certificate, illProxy(hostname, health, others.some(isWell))];
  }
  if (delivery === null || !delivery.ok) {
    return delivery === null
      ? certificate
      : [...certificate, unreachable('proxy-unreachable', hostname, delivery)];
  }
  const own = apis.find((api) => api.region === region);
  const ownIsWell = own === undefined || isWell(own);
  const answeredBy = apis.find((api) => api.region === delivery.headers['x-region']);
  const isApisFault = answeredBy?.delivery?.ok === true && cacheFault(topology, answeredBy.delivery) !== null;
  return [
    ...certificate,
    ...(delivery.status >= 500 && ownIsWell ? [failing(hostname, delivery)] : []),
    ...(isApisFault
      ? []
      : cacheable(topology, hostname, delivery, 'the proxy, or something between it and the API')),
    ...(answeredBy !== undefined && answeredBy.region !== region
      ? [divert(hostname, region, answeredBy.region)]
      : []),
    ...slow('proxy-slow', hostname, health, 'the proxy is overloaded, or far away'),
  ];
}

const isWell = ({ health }: Pick<ProxySeen, 'health'>): boolean =>
  health?.ok === true && health.status === 200;

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: the engine is not running, or the address is another machine by now',
  ECONNRESET: 'somebody cut the connection: it is stopping, or refuses this server name',
  EHOSTUNREACH: 'no way leads there: the machine is gone',
  timeout: '',
};

function unreachable(
  id: Extract<FindingId, 'api-unreachable' | 'proxy-unreachable'>,
  subject: string,
  { stage, reason }: Failed,
): Finding {
  const hangs =
    stage === 'connection'
      ? 'the machine is gone, or its security group lets nobody in'
      : 'the process accepts connections and does not answer: it hangs, or is starved';
  return {
    level: 'error',
    id,
    subject,
    message: `no ${stage} (${reason})`,
    cause: reason === 'timeout' ? hangs : (reasons[reason] ?? `the system says ${reason}`),
    remedy:
      id === 'proxy-unreachable'
        ? 'look at the unit and its log on the instance (Session Manager); replace the instance'
        : "look at the AWS Health Dashboard of the region; proxies go on to the next region's API meanwhile",
  };
}

/** The answer's body, where it is the JSON object that every part of ours answers with. */
function told({ body }: Answered, key: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return '';
    const found: unknown = Reflect.get(value, key);
    return typeof found === 'string' ? found : '';
  } catch {
    return '';
  }
}

function illApi(subject: string, health: Answered): Finding {
  const code = told(health, 'code');
  if (health.status === 403) {
    return {
      level: 'error',
      id: 'api-forbids-own-host',
      subject,
      message: '403 to its own name',
      cause: 'the custom domain has no mapping to the API, or is not the one that DNS leads to',
      remedy: 'deploy the Tour stack of the region, which maps the domain to the stage',
    };
  }
  if (code === 'TOUR_LAMBDA_STORE_UNAVAILABLE') {
    return {
      level: 'error',
      id: 'api-unhealthy',
      subject,
      message: `${health.status} ${code}`,
      cause:
        'the function runs, and its table does not answer: no replica in the region, no permission, or throttling',
      remedy: "look at the table's replica and alarms in the region",
    };
  }
  return {
    level: 'error',
    id: 'api-errors',
    subject,
    message: `${health.status} ${code || health.body.slice(0, 80)}`.trim(),
    cause:
      code === ''
        ? 'API Gateway answered itself: the function fails before it answers, or is throttled'
        : 'the function failed',
    remedy: "look at the function's log; roll the region back when it came with a release",
  };
}

function illProxy(subject: string, health: Answered, othersServe: boolean): Finding {
  const status = told(health, 'status');
  const level = othersServe ? 'warning' : 'error';
  if (status === 'draining') {
    return {
      level,
      id: 'proxy-draining',
      subject,
      message: '503: it drains',
      cause: 'somebody is replacing it, or a replacement stopped half way',
      remedy: 'wait for the end of the drain; then it should be gone, or be back',
    };
  }
  if (status.includes('upstream')) {
    return {
      level,
      id: 'proxy-without-upstream',
      subject,
      message: `503: ${status}`,
      cause:
        'it reaches no API, neither its own nor a fallback: no way out of the machine, no DNS, or all of them are ill',
      remedy: 'mend what is said of the APIs; else look at the routes and the resolver of the instance',
    };
  }
  return {
    level,
    id: 'proxy-unhealthy',
    subject,
    message: `${health.status} ${status}`.trim(),
    cause: 'something else than our engine answers, or its configuration is of another version',
    remedy: 'compare its configuration with ./isochrone generate --check, and reload it',
  };
}

const failing = (subject: string, { status, headers }: Answered): Finding => ({
  level: 'error',
  id: 'delivery-fails',
  subject,
  message: `${status} for a script, while /healthz is well${headers['x-edge-reason'] ? ` (${headers['x-edge-reason']})` : ''}`,
  cause: 'the API behind it fails for scripts and not for health checks',
  remedy: "look at the function's log in the region that x-region names",
});

const divert = (subject: string, own: string, other: string): Finding => ({
  level: 'warning',
  id: 'proxy-serves-other-region',
  subject,
  message: `scripts come from ${other}`,
  cause: `the API of ${own} is not healthy for this proxy, which goes on to the next`,
  remedy: `mend what is said of the API of ${own}`,
});

const tooWelcoming = (subject: string): Finding => ({
  level: 'warning',
  id: 'api-accepts-foreign-host',
  subject,
  message: 'answers for a Host that is not its own',
  cause: 'something in front of the API rewrites Host, or this is no API Gateway',
  remedy: 'let the name lead to the regional endpoint itself',
});

function cacheable(topology: Topology, subject: string, answer: Answered, whose: string): readonly Finding[] {
  const fault = cacheFault(topology, answer);
  if (fault === null) return [];
  return [
    {
      level: 'error',
      id: 'answer-cacheable',
      subject,
      message: fault,
      cause: `${whose} lets caches keep the script, so a published change does not show at the next load`,
      remedy: 'release the bundle of this topology; take out any cache or CDN in front',
    },
  ];
}

function slow(
  id: Extract<FindingId, 'api-slow' | 'proxy-slow'>,
  subject: string,
  { ms }: Answered,
  cause: string,
): readonly Finding[] {
  if (ms.firstByte < SLOW_MS) return [];
  return [
    {
      level: 'warning',
      id,
      subject,
      message: `${Math.round(ms.firstByte)} ms until the first byte, after the connection stood`,
      cause,
      remedy: 'ask again; when it stays so, look at its metrics',
    },
  ];
}

/** Every region should run the same bytes. What most run is right; where it is even, what the home runs. */
function differingBundles({ home }: Topology, apis: readonly ApiSeen[]): readonly Finding[] {
  const running = apis.flatMap(({ hostname, region, health }) => {
    const bundle = health?.ok ? health.headers['x-bundle'] : undefined;
    return bundle === undefined ? [] : [{ hostname, region, bundle }];
  });
  const byBundle = Map.groupBy(running, ({ bundle }) => bundle);
  if (byBundle.size < 2) return [];
  const [most] = [...byBundle].toSorted(
    ([, a], [, b]) => b.length - a.length || Number(b.some(isHome)) - Number(a.some(isHome)),
  );
  function isHome({ region }: { readonly region: string }): boolean {
    return region === home;
  }
  const right = most?.[0] ?? '';
  return running
    .filter(({ bundle }) => bundle !== right)
    .map(({ hostname, bundle }) => ({
      level: 'error',
      id: 'bundle-differs',
      subject: hostname,
      message: `runs bundle ${bundle}, ${most?.[1].length ?? 0} of ${running.length} regions run ${right}`,
      cause: 'a release stopped half way, or this region alone was rolled back',
      remedy: 'release the wanted bundle again; regions that have it already are left as they are',
    }));
}
