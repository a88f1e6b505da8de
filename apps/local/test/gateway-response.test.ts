import { describe, expect, it } from 'vitest';
import { gatewayResponse } from '../src/gateway-response.ts';

describe('gatewayResponse', () => {
  it.each([
    ['a text', 'a text'],
    [{ a: 1 }, '{"a":1}'],
    [[1, 2], '[1,2]'],
    [null, 'null'],
  ])('takes a result without a status code, %j, for the body', (result, body) => {
    expect(gatewayResponse(result)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    });
  });

  it.each([0, 200.5, '200', 1000])('answers 500 to the status code %j', (statusCode) => {
    expect(gatewayResponse({ statusCode }).status).toBe(500);
  });

  it('sends cookies as headers of their own', () => {
    expect(gatewayResponse({ statusCode: 200, cookies: ['a=1', 'b=2'] }).headers['set-cookie']).toEqual([
      'a=1',
      'b=2',
    ]);
  });
});
