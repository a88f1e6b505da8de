import { describe, expect, it } from 'vitest';
import { type GatewayRequest, gatewayEvent } from '../src/gateway-event.ts';

function eventOf(parts: {
  readonly url?: string;
  readonly method?: string;
  readonly rawHeaders?: readonly string[];
  readonly body?: string;
}) {
  const rawHeaders = [...(parts.rawHeaders ?? [])];
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers[(rawHeaders[index] ?? '').toLowerCase()] = rawHeaders[index + 1] ?? '';
  }
  const request: GatewayRequest = {
    message: { method: parts.method ?? 'GET', url: parts.url ?? '/', headers, rawHeaders },
    body: Buffer.from(parts.body ?? ''),
    host: 'us-east-1-fast.example.com',
    stage: 'live',
    routeKey: '$default',
    sourceIp: '127.77.31.1',
    port: 443,
    requestId: 'JCInWhFRvHcEJdA=',
    now: new Date(Date.UTC(2020, 2, 12, 19, 3, 58)),
  };
  return gatewayEvent(request);
}

describe('gatewayEvent', () => {
  it('leads the decoded path with the stage and leaves the query string as sent', () => {
    const event = eventOf({ url: '/a%20b.js?x=%31&x=2&y' });
    expect(event.rawPath).toBe('/live/a b.js');
    expect(event.rawQueryString).toBe('x=%31&x=2&y');
    expect(event.queryStringParameters).toEqual({ x: '1,2', y: '' });
  });

  it('joins repeated headers by commas, in lower case, and takes cookies apart', () => {
    const event = eventOf({ rawHeaders: ['X-A', '1', 'x-a', '2', 'Cookie', 'a=1; b=2'] });
    expect(event.headers['x-a']).toBe('1,2');
    expect(event.headers['cookie']).toBeUndefined();
    expect(event.cookies).toEqual(['a=1', 'b=2']);
  });

  it('adds itself to the forwarded addresses', () => {
    const event = eventOf({ rawHeaders: ['X-Forwarded-For', '203.0.113.7'] });
    expect(event.headers['x-forwarded-for']).toBe('203.0.113.7, 127.77.31.1');
    expect(event.headers['x-forwarded-proto']).toBe('https');
    expect(event.headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it('leaves out what a request does not have', () => {
    const event = eventOf({});
    expect(event).not.toHaveProperty('body');
    expect(event).not.toHaveProperty('cookies');
    expect(event).not.toHaveProperty('queryStringParameters');
  });

  it('keeps text as it is and encodes anything else in base64', () => {
    const json = eventOf({
      method: 'PUT',
      body: '{"a":"ä"}',
      rawHeaders: ['content-type', 'application/json'],
    });
    expect([json.body, json.isBase64Encoded]).toEqual(['{"a":"ä"}', false]);
    const image = eventOf({ method: 'PUT', body: 'png', rawHeaders: ['content-type', 'image/png'] });
    expect([image.body, image.isBase64Encoded]).toEqual(['cG5n', true]);
  });

  it('names the time as API Gateway does', () => {
    expect(eventOf({}).requestContext).toMatchObject({
      domainName: 'us-east-1-fast.example.com',
      domainPrefix: 'us-east-1-fast',
      stage: 'live',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_584_039_838_000,
    });
  });
});
