import { expect, it } from 'vitest';
import { hostnameOf, requestTarget } from '../src/authority.ts';

it.each([
  ['Fast.Edge.Test', 'fast.edge.test'],
  ['fast.edge.test:8443', 'fast.edge.test'],
  ['fast.edge.test:', 'fast.edge.test'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['', undefined],
  ['user@fast.edge.test', undefined],
  ['fast.edge.test/path', undefined],
  ['fast.edge.test, elsewhere.example', undefined],
  ['[::1]:8443', undefined],
  [undefined, undefined],
])('reads the hostname of %j as %j', (authority, hostname) => {
  expect(hostnameOf(authority)).toBe(hostname);
});

it.each([
  ['/a?b', { authority: undefined, path: '/a?b' }],
  ['https://h:1/a?b', { authority: 'h:1', path: '/a?b' }],
  ['HTTP://h', { authority: 'h', path: '/' }],
  ['https://h?b', { authority: 'h', path: '/?b' }],
  ['https:///a', { authority: '', path: '/a' }],
  ['*', { authority: undefined, path: '*' }],
])('takes the target %s apart', (target, parts) => {
  expect(requestTarget(target)).toEqual(parts);
});
