import { setTimeout as sleep } from 'node:timers/promises';
import { pemFile } from '../../src/world/certificates.ts';
import { fingerprintOf } from '../client/connection.ts';
import { killWorker, type LoadEdge, servingWorkers } from '../world/edge.ts';
import type { World } from '../world/world.ts';
import { inSeconds, type Kind } from './kind.ts';
import type { Stage } from './stage.ts';

const PAUSE_MS = 500;

/** Does it once, and again every second for as long as the outage is to last. */
async function repeatedly(stage: Stage, act: () => Promise<void>): Promise<number> {
  let times = 0;
  for (
    const end = performance.now() + stage.seconds * 1_000;
    times === 0 || performance.now() < end;
    times += 1
  ) {
    await act();
    await sleep(PAUSE_MS);
  }
  return times;
}

const times = (number: number): string => (number === 1 ? 'once' : `${number} times`);

/** Has a proxy leave as it does for good; resolves with what went wrong once it is gone. */
async function drainAway(world: World, edge: LoadEdge): Promise<readonly string[]> {
  await edge.process.drain({ leaveAfterMs: world.drainSeconds * 1_000 });
  const problems: string[] = [];
  if (await world.asker.isHealthy(edge.endpoint))
    problems.push(`${edge.label} drains and says that it is healthy`);
  const { code, signal } = await edge.process.exited;
  if (code !== 0) problems.push(`${edge.label} left with ${signal ?? `exit code ${code}`}`);
  return problems;
}

export const lifeKinds: readonly Kind[] = [
  {
    name: 'drain',
    title: 'One of two proxies drains and leaves',
    proxies: 2,
    posts: true,
    act: async ({ world, until }) => {
      const [leaving, staying] = world.edges;
      const began = performance.now();
      const problems = await drainAway(world, leaving);
      const gone = performance.now() - began;
      await until('the other proxy serves alone', ({ edge }) => edge === staying?.label);
      return { problems, note: `left after ${inSeconds(gone)}` };
    },
  },
  {
    name: 'reload',
    title: "A proxy reloads, with another port for its region's API each time",
    proxies: 1,
    posts: true,
    act: async (stage) => {
      const { world, until } = stage;
      const [edge] = world.edges;
      const [own] = world.upstreams;
      const other = await world.another(own, 'port');
      const { originPort } = edge.settings;
      let serving = own;
      const reloads = await repeatedly(stage, async () => {
        serving = serving === own ? other : own;
        const { port } = serving;
        await edge.rewrite({ originPort: (region) => (region === own.region ? port : originPort(region)) });
        await edge.process.reload();
        await until('the new configuration serves', ({ upstream }) => upstream === serving.label);
      });
      return { problems: [], note: `reloaded ${times(reloads)}` };
    },
  },
  {
    name: 'certificate-change',
    title: 'The certificate is replaced',
    proxies: 1,
    posts: true,
    act: async (stage) => {
      const { world, until } = stage;
      const [edge] = world.edges;
      const { wildcard, successor } = world.certificates;
      let shown = wildcard;
      const changes = await repeatedly(stage, async () => {
        shown = shown === wildcard ? successor : wildcard;
        const fingerprint = fingerprintOf(shown.certificate);
        await edge.replaceCertificate(pemFile(shown));
        await edge.process.reload();
        await until(
          'new connections get the new certificate',
          ({ certificate }) => certificate === undefined || certificate === fingerprint,
        );
      });
      return { problems: [], note: `replaced ${times(changes)}` };
    },
  },
  {
    name: 'worker-kill',
    title: 'A worker is killed',
    proxies: 1,
    posts: true,
    act: killWorkers,
  },
  {
    name: 'rolling-restart',
    title: 'Both proxies drain and start again, one after the other',
    proxies: 2,
    posts: true,
    act: async ({ world, until }) => {
      const problems: string[] = [];
      for (const edge of world.edges) {
        problems.push(...(await drainAway(world, edge)));
        await edge.startAgain();
      }
      const [first] = world.edges;
      // Both are back where the first one serves beside the second.
      const seen = new Set<string | undefined>();
      await until('both proxies serve', ({ edge }) => seen.add(edge).size > 1 || edge !== first.label);
      return { problems };
    },
  },
];

/** SIGKILL to one worker after the other; what was under way in it dies with it, and nothing else may. haproxy has one. */
async function killWorkers(stage: Stage) {
  const { world, cut, until } = stage;
  const [edge] = world.edges;
  const workers = await servingWorkers(edge);
  if (workers.length === 0) return { problems: [`${edge.label} has no worker`] };
  const kills = await repeatedly(stage, async () => {
    const [victim] = await servingWorkers(edge);
    if (victim === undefined) return;
    cut(killWorker(edge, victim));
    for (;;) {
      const serving = await servingWorkers(edge);
      if (serving.length === workers.length && !serving.includes(victim)) return;
      await sleep(20);
    }
  });
  await until('it serves as before', ({ failure }) => failure === undefined);
  return { problems: [], note: `killed ${times(kills)}` };
}
