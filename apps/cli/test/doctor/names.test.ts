import { describe, expect, it } from 'vitest';
import { readNameServer } from '../../src/doctor/names.ts';

describe('readNameServer', () => {
  it.each([
    { text: '1.1.1.1', address: '1.1.1.1', port: 53 },
    { text: '127.0.0.1:5300', address: '127.0.0.1', port: 5300 },
    { text: '2001:db8::1', address: '2001:db8::1', port: 53 },
    { text: '[2001:db8::1]:5353', address: '2001:db8::1', port: 5353 },
  ])('reads $text', ({ text, address, port }) => {
    expect(readNameServer(text)).toEqual({ address, port });
  });

  it.each(['', 'dns.example.com', '1.1.1', '1.1.1.1:0', '1.1.1.1:70000'])('rejects %j', (text) => {
    expect(() => readNameServer(text)).toThrow(/expected the address of a name server/);
  });
});
