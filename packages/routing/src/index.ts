export { type City, cities } from './cities.ts';
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
export { RoutingError, type RoutingErrorCode } from './errors.ts';
export { type EvaluationContext, evaluate, type Query } from './evaluate.ts';
export {
  builtinGeoTable,
  type GeoEntry,
  type GeoTable,
  geoTable,
  parseGeoTable,
  placeOf,
} from './geo-table.ts';
export { parseLatencyMatrix } from './latency-matrix.ts';
export { type Latency, type LatencyModel, type LatencySource, modelledLatency } from './latency-model.ts';
export { locateClient } from './origin.ts';
export type { NamedPlace } from './places.ts';
export { formatRoutingProblem, type RoutingProblem } from './problems.ts';
export { type Route53Answers, zoneFromRoute53 } from './route53.ts';
export {
  type RoutingZone,
  type ZoneHealthCheck,
  type ZoneRecord,
  type ZoneTarget,
  zoneFromPlan,
} from './zone.ts';
