import { describe, expect, it } from 'vitest';
import { contenders } from '../src/contenders/contenders.ts';
import { readOptions } from '../src/options.ts';

describe('the command line', () => {
  it('means everybody and everything where it says nothing', () => {
    const options = readOptions([]);
    expect(options.contenders).toHaveLength(contenders.length);
    expect(options.parts).toEqual(['keep-alive', 'fresh', 'pages', 'h2', 'far-away', 'beside', 'profile']);
  });

  it('means what has proxies in it where it names contenders alone', () => {
    const { contenders: ids, parts } = readOptions(['--only', 'nginx', '--only', 'edge-proxy']);
    expect(ids).toEqual(['edge-proxy', 'nginx']);
    expect(parts).toEqual(['keep-alive', 'fresh', 'pages', 'h2', 'far-away']);
  });

  it('takes contenders and parts together', () => {
    const { contenders: ids, parts } = readOptions(['--only', 'caddy', '--only', 'h2']);
    expect([ids, parts]).toEqual([['caddy'], ['h2']]);
  });

  it('refuses every name that it does not know, and says which there are', () => {
    expect(() => readOptions(['--only', 'ngnix', '--only', 'h3'])).toThrow('--only is "ngnix", "h3"');
  });

  it('refuses to write the figures of a part of a run', () => {
    expect(() => readOptions(['--write', '--quick'])).toThrow('--write with --quick or --only');
    expect(() => readOptions(['--write', '--only', 'h2'])).toThrow('--write with --quick or --only');
  });
});
