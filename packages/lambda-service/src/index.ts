export { answerLambda } from './answer.ts';
export { type Deployed, type DeployedFunction, deployFunction, type Runnable } from './deployed-function.ts';
export type { LambdaReply, LambdaRequest } from './protocol.ts';
