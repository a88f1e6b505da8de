import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { OWN_API, wildcardCertificate } from './support/certificates.ts';
import { ask } from './support/client.ts';
import { configFor, MAIN, writeConfig } from './support/configuration.ts';
import { type Running, run, start } from './support/process.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

async function admin(
  { adminPort }: Running,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  const asked: ClientRequest = request({
    host: '127.0.0.1',
    port: adminPort,
    path,
    method,
    headers,
    agent: false,
  });
  asked.end();
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new TypeError('no response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const startWith = async (changes: object = {}) =>
  start([MAIN, '--config', writeConfig(await configFor(await startUpstream(OWN_API), changes))]);

it.each([1, 2])('tells metrics as Prometheus text, added up over %i workers', async (workers) => {
  const proxy = await startWith({ workers });
  for (let count = 0; count < 6; count += 1) await ask(proxy);
  await ask(proxy, { host: 'elsewhere.example' });

  const { status, headers, body } = await admin(proxy, '/metrics');

  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of [
    'edge_requests_total{status="200",reason=""} 6',
    'edge_requests_total{status="421",reason="foreign-host"} 1',
    'edge_request_duration_seconds_count 6',
    'edge_upstream_duration_seconds_count{upstream="us-east-1"} 6',
    'edge_tls_handshakes_total{protocol="TLSv1.3",resumed="false"} 7',
    'edge_upstream_healthy{upstream="us-east-1"} 1',
    `edge_workers ${workers}`,
  ])
    expect(body.split('\n')).toContain(line);
  const left = Number(/^edge_retry_budget_left (\d+)$/m.exec(body)?.[1]);
  expect(left).toBeGreaterThanOrEqual(100 * workers);
  expect(body).toMatch(/^edge_upstream_connections\{upstream="us-east-1",state="free"\} [1-9]/m);
  expect(body).toMatch(/^edge_certificate_days_left \d/m);
  expect(body).toMatch(/^edge_build_info\{version="[\d.]+",engine="fastify",node="24[\d.]+"\} 1$/m);
  expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

it('shows its configuration without a key', async () => {
  const proxy = await startWith();

  const { status, body } = await admin(proxy, '/config');

  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({
    certificate: { names: expect.stringContaining('*.edge.test'), expiry: expect.stringMatching(/^20/) },
    config: { region: 'us-east-1', upstreams: [{ hostname: OWN_API }] },
  });
  expect(body).not.toContain('PRIVATE KEY');
  expect(body).not.toContain(wildcardCertificate.key.split('\n')[1]);
});

it('drains when asked, and says so', async () => {
  const proxy = await startWith({ drain: 1 });
  expect(await admin(proxy, '/healthz')).toMatchObject({
    status: 200,
    body: expect.stringContaining('"ok"'),
  });

  expect(await admin(proxy, '/drain', { method: 'POST' })).toMatchObject({
    status: 202,
    body: '{"status":"draining","seconds":1}\n',
  });
  expect(await admin(proxy, '/healthz')).toMatchObject({ status: 503 });
  expect(await ask(proxy, { path: '/healthz' })).toMatchObject({ status: 503 });
  expect(await proxy.exited).toEqual({ code: 0, signal: null });
});

it('answers no web page: neither another name that leads here, nor another origin', async () => {
  const proxy = await startWith();
  const post = (headers: Record<string, string>) => admin(proxy, '/drain', { method: 'POST', headers });

  expect(await post({ host: `evil.example:${proxy.adminPort}` })).toMatchObject({ status: 421 });
  expect(await post({ host: '127.0.0.1.evil.example' })).toMatchObject({ status: 421 });
  expect(await post({ origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  expect(await post({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
  expect(await admin(proxy, '/drain')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect(await admin(proxy, '/elsewhere')).toMatchObject({ status: 404 });
  expect(await admin(proxy, '/healthz', { headers: { host: 'localhost' } })).toMatchObject({ status: 200 });
});

it('does not start where its admin address is taken', async () => {
  const upstream = await startUpstream(OWN_API);
  const config = await configFor(upstream, { adminBind: { address: '127.0.0.1', port: upstream.port } });

  const { code, stderr } = await run([MAIN, '--config', writeConfig(config)]);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/EDGE_PROXY_LISTEN_FAILED listen EADDRINUSE/),
  });
});

it('listens to nobody but this machine', async () => {
  const config = await configFor(
    { hostname: OWN_API, port: await closedPort() },
    { adminBind: { address: '0.0.0.0', port: 0 } },
  );

  expect(await run([MAIN, '--config', writeConfig(config), '--check'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('adminBind.address: not a loopback address'),
  });
});
