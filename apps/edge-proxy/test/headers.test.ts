import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clientResponseHeaders, upstreamRequestHeaders } from '../src/headers.ts';

const client = { address: '203.0.113.7', hostname: 'fast.edge.test', requestId: 'id', bodyless: false };
const ours = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'fast.edge.test',
  'x-forwarded-proto': 'https',
  'x-request-id': 'id',
};

const plainName = fc.stringMatching(/^c-[a-z]{1,8}$/);
const name = fc.oneof(
  plainName,
  fc.constantFrom(
    'connection',
    'te',
    'keep-alive',
    'transfer-encoding',
    'upgrade',
    'host',
    'expect',
    'forwarded',
  ),
  fc.constantFrom(
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-real-ip',
    'x-amzn-trace-id',
    'x-request-id',
    'x-edge',
  ),
);
const headers = fc.dictionary(name, fc.stringMatching(/^[a-z, -]{0,20}$/), { noNullPrototype: true });

it('lets no client say what the edge says itself', () => {
  fc.assert(
    fc.property(headers, (sent) => {
      expect(upstreamRequestHeaders(sent, client)).toMatchObject(ours);
    }),
  );
});

it('passes nothing that its Connection header names, and everything else', () => {
  fc.assert(
    fc.property(
      fc.dictionary(plainName, fc.string(), { noNullPrototype: true }),
      fc.array(plainName),
      (sent, named) => {
        const connection = named.join(', ');
        const expected = Object.fromEntries(Object.entries(sent).filter(([key]) => !named.includes(key)));

        expect(upstreamRequestHeaders({ ...sent, connection }, client)).toEqual({ ...expected, ...ours });
        expect(clientResponseHeaders({ ...sent, connection })).toEqual(expected);
      },
    ),
  );
});

it('changes nothing that passed once already', () => {
  fc.assert(
    fc.property(headers, (sent) => {
      const once = upstreamRequestHeaders(sent, client);
      expect(upstreamRequestHeaders(once, client)).toEqual(once);
    }),
  );
});

it('leaves the length of a body behind where no body goes', () => {
  const sent = { 'content-length': '5', accept: '*/*' };

  expect(upstreamRequestHeaders(sent, client)).toHaveProperty('content-length');
  expect(upstreamRequestHeaders(sent, { ...client, bodyless: true })).toEqual({ accept: '*/*', ...ours });
});
