export { type EdgeErrorReason, edgeErrorBody, edgeErrors } from './edge-errors.ts';
export { edgeLimits, edgeTimeouts } from './edge-limits.ts';
export { type EdgeProxyConfig, edgeProxyConfigSchema } from './edge-proxy-config.ts';
export { type EdgeSettings, type Endpoint, productionSettings } from './edge-settings.ts';
export { ConfigGenError, type ConfigGenErrorCode, ERROR_CODES } from './errors.ts';
export { renderHaproxy } from './haproxy/render.ts';
export { renderEdgeProxy } from './render-edge-proxy.ts';
