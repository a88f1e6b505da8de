import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadUpstream } from '../world/upstreams.ts';
import { inSeconds, type Kind, onlyFrom } from './kind.ts';
import type { Stage } from './stage.ts';

/** The region's own API fails in one way, while visitors GET; the next region answers them, within the request. */
function apiFails(
  name: string,
  title: string,
  strike: (own: LoadUpstream) => Promise<void> | void,
  mend: (own: LoadUpstream) => Promise<void> | void,
): Kind {
  return {
    name,
    title,
    proxies: 1,
    posts: false,
    act: async (stage) => {
      const [own, ...others] = stage.world.upstreams;
      await strike(own);
      const struck = performance.now();
      await stage.hold();
      const problems = onlyFrom(
        'while it failed',
        stage.answered(struck),
        others.map(({ label }) => label),
      );
      await mend(own);
      const home = await stage.until('its own API answers again', ({ upstream }) => upstream === own.label);
      return { problems, note: `home again after ${inSeconds(home)}` };
    },
  };
}

const CLOSE_IDLE_MS = 500;

/** Has every API close its idle connections again and again, so that new ones are needed. */
async function needingConnections(stage: Stage): Promise<void> {
  const { upstreams } = stage.world;
  let turn = 0;
  for (let left = stage.seconds * 1_000; left > 0; left -= CLOSE_IDLE_MS) {
    // One after the other: a request is asked a second time, and all of them at once would close on that, too.
    upstreams[turn % upstreams.length]?.closeIdle();
    turn += 1;
    await sleep(Math.min(CLOSE_IDLE_MS, left));
  }
}

export const upstreamKinds: readonly Kind[] = [
  apiFails(
    'api-killed',
    "The region's API is killed",
    (own) => own.kill(),
    (own) => own.revive(),
  ),
  apiFails(
    'api-frozen',
    "The region's API freezes",
    (own) => own.freeze(),
    (own) => own.thaw(),
  ),
  apiFails(
    'api-503',
    "The region's API answers 503",
    (own) => own.behave({ status: 503 }),
    (own) => own.behave({}),
  ),
  {
    name: 'address-moved',
    title: "The API's address moves; the old one closes its connections, and dies later",
    proxies: 1,
    posts: false,
    act: async ({ world, until, hold, answered }) => {
      const [own, ...others] = world.upstreams;
      const next = await world.another(own, 'address');
      world.point(next);
      own.behave({ leaving: true });
      own.closeIdle();
      const followed = await until('the new address is used', ({ upstream }) => upstream === next.label);
      await hold();
      await own.kill();
      const killed = performance.now();
      const still = await until('the new address alone serves', ({ upstream }) => upstream === next.label);
      await sleep(500);
      return {
        problems: onlyFrom('without the old address', answered(killed), [
          next.label,
          ...others.map(({ label }) => label),
        ]),
        note: `followed after ${inSeconds(followed)}, alone after ${inSeconds(still)}`,
      };
    },
  },
  {
    name: 'resolver-dead',
    title: 'The name server dies, while APIs close idle connections',
    proxies: 1,
    posts: false,
    act: async (stage) => {
      const { world, answered } = stage;
      world.names.close();
      const died = performance.now();
      await needingConnections(stage);
      return {
        problems: onlyFrom(
          'without a name server',
          answered(died),
          world.upstreams.map(({ label }) => label),
        ),
      };
    },
  },
];
