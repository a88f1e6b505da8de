import type { Contender } from './contender.ts';
import { native } from './contenders/native.ts';
import { node } from './contenders/node.ts';
import { ours } from './contenders/ours.ts';

/** In the order of the tables. */
export const contenders: readonly Contender[] = [...ours, ...native, ...node];
