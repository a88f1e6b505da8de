import { describe, expect, it } from 'vitest';
import { resolveFor } from '../../src/drill/resolving.ts';
import { nameServer } from './name-server.ts';

const NAME = 'fast.example.com.localhost';

describe('resolveFor', () => {
  it('asks for the network of the visitor', async () => {
    const { queries, server } = await nameServer([{ type: 'A', name: NAME, ttl: 6, data: '127.77.1.1' }]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toEqual({ address: '127.77.1.1', ttlSeconds: 6 });
    expect(queries[0]?.additionals).toMatchObject([
      { type: 'OPT', options: [{ ip: '198.18.18.0', sourcePrefixLength: 24 }] },
    ]);
  });

  it('keeps a chain of names as long as its shortest link', async () => {
    const { server } = await nameServer([
      { type: 'CNAME', name: NAME, ttl: 3, data: 'other.example.com.localhost' },
      { type: 'A', name: 'other.example.com.localhost', ttl: 60, data: '127.77.1.1' },
    ]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toMatchObject({ ttlSeconds: 3 });
  });

  it('has nothing where there is no address', async () => {
    const { server } = await nameServer([]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toBeUndefined();
  });

  it('asks again where an answer is lost', async () => {
    const { server } = await nameServer([{ type: 'A', name: NAME, ttl: 6, data: '127.77.1.1' }], 1);
    expect(await resolveFor('198.18.18.0', NAME, server)).toMatchObject({ address: '127.77.1.1' });
  });
});
