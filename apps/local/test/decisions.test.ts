import { builtinGeoTable, locateClient } from '@isochrone/routing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAddressBook } from '../src/address-book.ts';
import { startControl } from '../src/control.ts';
import { decisionRoutes } from '../src/decisions.ts';
import { localZone } from '../src/dns/local-zone.ts';
import { openDefaultPlace, placeRoutes } from '../src/place.ts';
import { curl } from './support/curl.ts';
import { answered, dataOf, queryFor } from './support/dns-messages.ts';
import { topologyWith } from './support/topologies.ts';
import { decidingFor } from './support/zones.ts';

const NAME = 'fast.example.com.localhost';
const topology = topologyWith({
  regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': {}, 'ap-southeast-2': {} },
});
const book = await openAddressBook('127.77', 8443, { singleAddress: false });

async function control(draw = 0.7) {
  const deciding = decidingFor(topology, { random: () => draw });
  const place = openDefaultPlace(topology.home);
  const zone = localZone(topology, book);
  const started = await startControl({
    bind: { address: '127.0.0.1', port: 0 },
    describe: () => {
      throw new Error('not asked for');
    },
    fetchScript: () => Promise.reject(new Error('not asked for')),
    routes: [
      placeRoutes(place, builtinGeoTable),
      decisionRoutes({
        deciding,
        zone: () => zone,
        geo: builtinGeoTable,
        defaultPlace: place.current,
        defaultName: () => NAME,
      }),
    ],
  });
  onTestFinished(() => started.close());
  return { url: `http://127.0.0.1:${started.endpoint.port}`, deciding };
}

describe('GET /decisions', () => {
  it.each([
    ['New York', '198.18.1.0'],
    ['London', '198.18.18.0'],
    ['Tokyo', '198.18.44.0'],
    ['Sydney', '198.18.48.0'],
  ])('decides for %s as DNS does', async (city, ip) => {
    const { url, deciding } = await control();
    const { body } = await curl(`${url}/decisions?from=${encodeURIComponent(city)}&draw=0.7`);
    const { client, decision, addresses } = JSON.parse(body);
    const reply = answered(queryFor(NAME, { subnet: { ip, prefixLength: 24 } }), deciding.authority());
    expect(addresses).toEqual(dataOf(reply));
    const { place } = locateClient(city, builtinGeoTable);
    expect(client).toEqual({ label: city, ...place });
    expect(decision).toEqual(deciding.decide({ name: NAME, type: 'A' }, place, () => 0.7));
  });

  it('takes the default place, which can be moved', async () => {
    const { url } = await control();
    const first = JSON.parse((await curl(`${url}/decisions`)).body);
    expect(first.client.label).toBe('us-east-1');
    const body = '{"from":"sydney"}';
    const put = await curl('-X', 'PUT', '-H', 'content-type: application/json', '-d', body, `${url}/place`);
    expect([put.status, JSON.parse(put.body)]).toEqual([
      200,
      { label: 'Sydney', latitude: -33.87, longitude: 151.21 },
    ]);
    const then = JSON.parse((await curl(`${url}/decisions`)).body);
    expect([then.client.label, then.addresses]).toEqual(['Sydney', ['127.77.10.1']]);
  });

  it.each(['from=Atlantis', 'type=MX', 'draw=1', 'colour=red'])('refuses %s', async (query) => {
    const { url } = await control();
    const { status, headers } = await curl(`${url}/decisions?${query}`);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it('refuses a place that is none', async () => {
    const { url } = await control();
    const put = ['-X', 'PUT', '-H', 'content-type: application/json', '-d'];
    expect((await curl(...put, '{"from":"Atlantis"}', `${url}/place`)).status).toBe(422);
    expect((await curl(...put, '{}', `${url}/place`)).status).toBe(422);
  });
});
