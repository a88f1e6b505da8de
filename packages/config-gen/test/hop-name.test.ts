import type { ProxyInstance } from '@isochrone/topology';
import { expect, it } from 'vitest';
import { hopName } from '../src/haproxy/hop-name.ts';
import { productionSettings } from '../src/index.ts';

const instance = (hostname: string): ProxyInstance => ({
  hostname,
  region: 'us-east-1',
  number: 1,
  engine: 'haproxy',
});
const at = (address: string, port: number) => ({ ...productionSettings, bind: { address, port } });

it('tells apart instances, addresses, ports and upstreams', () => {
  const names = [
    hopName(instance('proxy1-us-east-1-fast.example.com'), at('127.0.0.1', 8443), 'us-east-1'),
    hopName(instance('proxy2-us-east-1-fast.example.com'), at('127.0.0.1', 8443), 'us-east-1'),
    hopName(instance('proxy1-us-east-1-fast.example.com'), at('127.0.0.2', 8443), 'us-east-1'),
    hopName(instance('proxy1-us-east-1-fast.example.com'), at('127.0.0.1', 8444), 'us-east-1'),
    hopName(instance('proxy1-us-east-1-fast.example.com'), at('127.0.0.1', 8443), 'eu-west-1'),
  ];
  expect(new Set(names).size).toBe(names.length);
});

it('fits the longest names into the address of a socket, and still tells them apart', () => {
  const long = (number: number) => instance(`proxy${number}-ap-southeast-2-${'s'.repeat(41)}.example.com`);
  const settings = at('2001:0db8:0000:0000:0000:ff00:0042:8329', 65_535);
  const names = [1, 2].map((number) => hopName(long(number), settings, 'ap-southeast-2'));
  for (const name of names) expect(name.length).toBeLessThanOrEqual(107);
  expect(new Set(names).size).toBe(2);
});
