export { type Backoff, defaultBackoff } from './backoff.ts';
export {
  type CheckedConfig,
  checkEngineConfig,
  type EngineName,
  type EngineOptions,
} from './check-config.ts';
export { type StartEngineOptions, startEngine } from './engine.ts';
export { EnginesError, type EnginesErrorCode, ERROR_CODES } from './errors.ts';
export { findHaproxy } from './find-haproxy.ts';
export { oneAtATime } from './in-turn.ts';
export type { DrainOptions, RunningEngine } from './running-engine.ts';
export type { MessagingProcess, ProcessExit, RunningProcess } from './running-process.ts';
export { type StartNodeOptions, startNode } from './start-node.ts';
export { type Supervised, type SuperviseOptions, supervise, type UnexpectedExit } from './supervise.ts';
