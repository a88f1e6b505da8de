export { type Backoff, defaultBackoff } from './backoff.ts';
export { checkEngineConfig, type EngineName, type EngineOptions, startEngine } from './engine.ts';
export { EnginesError, type EnginesErrorCode, ERROR_CODES } from './errors.ts';
export { findHaproxy } from './haproxy.ts';
export type { MessagingProcess, ProcessExit, RunningProcess } from './running-process.ts';
export { type StartNodeOptions, startNode } from './start-node.ts';
export { type Supervised, type SuperviseOptions, supervise, type UnexpectedExit } from './supervise.ts';
