import { describe, expect, it } from 'vitest';
import { negotiateCoding } from '../src/http/accept-encoding.ts';

describe('negotiateCoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZip;Q=1', 'gzip'],
    ['deflate', 'identity'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['br;q=0, *', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0.5,gzip;q=0.5', 'br'],
    ['identity, gzip;q=0.9', 'identity'],
    ['identity;q=0.5, gzip;q=0.4', 'identity'],
    ['gzip;q=0.001', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', 'identity'],
    ['br ; q=0 , gzip ; q=1.000', 'gzip'],
    ['br;q=1.5', 'identity'],
    ['br;q=yes, gzip;q=0.1', 'gzip'],
    [',,br,', 'br'],
  ])('answers %j with %s', (header, coding) => {
    expect(negotiateCoding(header)).toBe(coding);
  });
});
