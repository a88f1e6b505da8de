export type {
  Answer,
  AnswerData,
  Candidate,
  CheckHealth,
  Choice,
  DeadEnd,
  Decision,
  GroupReason,
  HealthReason,
  MemberHealth,
  Reason,
  RecordHealth,
} from './decision.ts';
export { type EvaluationContext, evaluate, type Query } from './evaluate.ts';
export { type Latency, type LatencyModel, type LatencySource, modelledLatency } from './latency-model.ts';
export {
  type RoutingZone,
  type ZoneHealthCheck,
  type ZoneRecord,
  type ZoneTarget,
  zoneFromPlan,
} from './zone.ts';
