import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevCa } from '@isochrone/dev-ca';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Gateway, type GatewayOptions, startGateway } from '../src/gateway.ts';
import { curl } from './support/curl.ts';

const NAME = 'us-east-1-fast.example.com.localhost';
let directory: string;
let caFile: string;
let certificates: Pick<GatewayOptions, 'certificate' | 'executeApiCertificate'>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isochrone-gateway-'));
  const ca = await openDevCa(join(directory, 'ca'));
  const awsCa = await openDevCa(join(directory, 'aws-ca'), { permittedDomains: ['amazonaws.com'] });
  caFile = ca.caFile;
  certificates = {
    certificate: (await ca.issue('wildcard', ['*.example.com.localhost'])).file,
    executeApiCertificate: (await awsCa.issue('aws', ['*.execute-api.us-east-1.amazonaws.com'])).file,
  };
});
afterAll(() => rm(directory, { recursive: true }));

async function gatewayWith(options: {
  readonly invoke?: GatewayOptions['routes'][number]['invoke'];
  readonly sniPolicy?: GatewayOptions['sniPolicy'];
  readonly integrationTimeoutMs?: number;
}): Promise<Gateway> {
  const {
    invoke = async (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
    sniPolicy = 'wildcard',
    ...rest
  } = options;
  const gateway = await startGateway({
    bind: { address: '127.0.0.1', port: 0 },
    domains: new Map([[NAME, 'live']]),
    ...certificates,
    sniPolicy,
    log: () => {},
    routes: [
      {
        routeKey: 'ANY /v1/{proxy+}',
        pathPrefix: '/v1/',
        invoke: async () => ({ statusCode: 200, body: 'publishing' }),
      },
      { routeKey: '$default', pathPrefix: '', invoke },
    ],
    ...rest,
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

const ask = ({ endpoint }: Gateway, url: string, ...args: readonly string[]) =>
  curl('--cacert', caFile, '--connect-to', `::127.0.0.1:${endpoint.port}`, ...args, url);

describe('a gateway', () => {
  it('hands the event to the function and its response to the client', async () => {
    const { status, headers, body } = await ask(await gatewayWith({}), `https://${NAME}/acme.js`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      rawPath: '/live/acme.js',
      requestContext: { domainName: NAME },
    });
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  });

  it('chooses the function by the path', async () => {
    expect((await ask(await gatewayWith({}), `https://${NAME}/v1/accounts`)).body).toBe('publishing');
  });

  it('answers 403 to any other Host', async () => {
    const { status, headers, body } = await ask(
      await gatewayWith({}),
      `https://${NAME}/`,
      ...['-H', 'host: fast.example.com.localhost'],
    );
    expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
    expect(headers.get('content-length')).toBe('23');
    expect(headers.get('x-amzn-errortype')).toBe('ForbiddenException');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('shows another server name a certificate that does not match, and answers 403 behind it', async () => {
    const gateway = await gatewayWith({});
    await expect(ask(gateway, 'https://fast.example.com.localhost/')).rejects.toThrow(/certificate/);
    expect((await ask(gateway, 'https://fast.example.com.localhost/', '--insecure')).status).toBe(403);
  });

  it('ends the handshake of another server name in an alert where told to reject', async () => {
    const gateway = await gatewayWith({ sniPolicy: 'reject' });
    await expect(ask(gateway, 'https://fast.example.com.localhost/', '--insecure')).rejects.toThrow(
      /alert|SSL/,
    );
    expect((await ask(gateway, `https://${NAME}/`)).status).toBe(200);
  });

  it('answers 500 when the function fails', async () => {
    const invoke = async () => {
      throw new Error('secret');
    };
    const { status, body } = await ask(await gatewayWith({ invoke }), `https://${NAME}/`);
    expect([status, body]).toEqual([500, '{"message":"Internal Server Error"}']);
  });

  it('answers 500 to a header that cannot be sent, and goes on', async () => {
    const invoke = async () => ({ statusCode: 200, headers: { 'x-note': 'caf\u2192' } });
    const gateway = await gatewayWith({ invoke });
    expect((await ask(gateway, `https://${NAME}/`)).status).toBe(500);
    expect((await ask(gateway, `https://${NAME}/v1/`)).status).toBe(200);
  });

  it('lets the function say how long the body of a HEAD would be', async () => {
    const invoke = async () => ({ statusCode: 200, headers: { 'content-length': '40954' } });
    const { headers } = await ask(await gatewayWith({ invoke }), `https://${NAME}/`, '--head');
    expect(headers.get('content-length')).toBe('40954');
  });

  it('answers 503 when the function does not answer in time', async () => {
    const invoke = () => new Promise(() => {});
    const gateway = await gatewayWith({ invoke, integrationTimeoutMs: 50 });
    const { status, body } = await ask(gateway, `https://${NAME}/`);
    expect([status, body]).toEqual([503, '{"message":"Service Unavailable"}']);
  });

  it('answers 413 to a body of more than 10 MB', async () => {
    const file = join(directory, 'large');
    await writeFile(file, Buffer.alloc(10 * 1024 * 1024 + 1));
    const { status, body } = await ask(
      await gatewayWith({}),
      `https://${NAME}/`,
      ...['-H', 'expect:', '-T', file],
    );
    expect([status, body]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  });

  it('decodes a body that the function returned in base64', async () => {
    const invoke = async () => ({
      statusCode: 200,
      headers: { 'content-type': 'text/javascript' },
      body: Buffer.from('ä').toString('base64'),
      isBase64Encoded: true,
    });
    expect((await ask(await gatewayWith({ invoke }), `https://${NAME}/`)).body).toBe('ä');
  });

  it('closes while a client is connected that never speaks', async () => {
    const gateway = await gatewayWith({});
    const silent = connect(gateway.endpoint.port, '127.0.0.1');
    onTestFinished(() => void silent.destroy());
    await once(silent, 'connect');
    await ask(gateway, `https://${NAME}/`);
    const gone = once(silent, 'close');
    await gateway.close();
    await gone;
  });

  it('sends no body and no type with a 304', async () => {
    const invoke = async () => ({ statusCode: 304, headers: { etag: '"a"' } });
    const { status, headers, body } = await ask(await gatewayWith({ invoke }), `https://${NAME}/`);
    expect([status, headers.get('etag'), body]).toEqual([304, '"a"', '']);
  });
});
