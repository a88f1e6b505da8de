import { describeEngine } from './engine-suite.ts';

describeEngine('fastify');
