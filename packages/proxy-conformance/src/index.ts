export { ERROR_CODES, ProxyConformanceError, type ProxyConformanceErrorCode } from './errors.ts';
export type { UpstreamConnection, UpstreamRequest } from './upstream/requests.ts';
export { answer, type Ending, response, type Script, type Step } from './upstream/script.ts';
export { type Reception, startUpstream, type Upstream, type UpstreamOptions } from './upstream/upstream.ts';
export { type Answer, type Ask, type Asked, ask } from './wire/ask.ts';
export { type Certificates, DOMAIN, makeCertificates, pemFile } from './world/certificates.ts';
export { type EdgeSite, edgeProgram, type RunningEdge, type StartEdge } from './world/edge-program.ts';
export { type NameServer, startNameServer } from './world/name-server.ts';
export { startWorld, type World, type WorldOptions } from './world/world.ts';
