export { dnsPlan } from './dns-plan.ts';
export { TopologyError, type TopologyErrorCode } from './errors.ts';
export {
  apiHostname,
  certificateCovers,
  type Naming,
  proxyGroupHostname,
  proxyHostname,
  publicHostname,
  stagingApiHostname,
  wildcardHostname,
} from './hostnames.ts';
export { distanceKm, modelledRoundTripMs, nearestRegions, type Place } from './latency.ts';
export { moveDomain, onLocalhost } from './normalize.ts';
export { type ParseResult, parseTopology, requireTopology } from './parse.ts';
export {
  type FunctionJob,
  functionJobs,
  functionName,
  functionTimeout,
  tableName,
} from './physical-names.ts';
export { formatProblem, nearestName, type TopologyProblem } from './problems.ts';
export type { DnsPlan, HealthCheck, RecordSet, RecordTarget, RoutingPolicy } from './records.ts';
export { awsRegions, isRegionName, type RegionFacts, type RegionName, regionNames } from './regions.ts';
export { type WrittenTopology, writtenTopologySchema } from './schema.ts';
export type { DnsChain, Engine, Ingress, ProxyInstance, Region, Topology } from './topology.ts';
export { type Upstream, upstreamsOf } from './upstreams.ts';
export { homeLast, waveOrder } from './waves.ts';
