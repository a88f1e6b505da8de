import type { Contender } from './contender.ts';
import { edges } from './edges.ts';
import { nodeProxies } from './node-proxies.ts';
import { servers } from './servers.ts';

/** Everybody, in the order of the tables: the story, ours, what people would pick instead. */
export const contenders: readonly Contender[] = [
  ...servers.filter(({ family }) => family === 'story'),
  ...edges,
  ...servers.filter(({ family }) => family !== 'story'),
  ...nodeProxies,
];
