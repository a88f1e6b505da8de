import { awsRegions } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import {
  builtinGeoTable,
  cities,
  locateClient,
  parseGeoTable,
  parseLatencyMatrix,
  placeOf,
  RoutingError,
} from '../src/index.ts';

const dublin = { latitude: 53.35, longitude: -6.26 };
const sydney = { latitude: -33.87, longitude: 151.21 };

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RoutingError) return error.problems.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

describe('the table of cities', () => {
  it('has at least 30, each with a name and a network of its own', () => {
    expect(cities.length).toBeGreaterThanOrEqual(30);
    expect(new Set(cities.map(({ name }) => name)).size).toBe(cities.length);
    expect(new Set(cities.map(({ network }) => network)).size).toBe(cities.length);
    expect(cities.every(({ network }) => network >= 1 && network <= 255)).toBe(true);
  });

  it.each(cities.map((city) => [city.name, city] as const))('knows the networks of %s', (_name, city) => {
    const { latitude, longitude, network } = city;
    expect(placeOf(`198.18.${network}.200`)).toEqual({ latitude, longitude });
    expect(placeOf(`2001:db8:${network}::53`)).toEqual({ latitude, longitude });
  });
});

describe('the built-in networks', () => {
  it('hold the documentation networks of RFC 5737', () => {
    const labels = ['192.0.2.1', '198.51.100.1', '203.0.113.255'].map(
      (address) => builtinGeoTable.find(address)?.label,
    );
    expect(labels).toEqual(['New York', 'Dublin', 'Sydney']);
  });

  it('are as large as the scope of an answer, so that what is cached for one client fits its neighbours', () => {
    const lengths = builtinGeoTable.entries.map(
      ({ network, prefixLength }) => `${network.includes(':') ? 6 : 4}/${prefixLength}`,
    );
    expect([...new Set(lengths)].toSorted()).toEqual(['4/24', '6/48']);
  });

  it('know an IPv4 address that is written as IPv6', () => {
    expect(placeOf('::ffff:203.0.113.9')).toEqual(sydney);
  });

  it.each(['127.0.0.1', '::1', '8.8.8.8', '198.18.0.1', 'nonsense', ''])(
    'know nothing of "%s"',
    (address) => {
      expect(placeOf(address)).toBeUndefined();
    },
  );
});

describe('parseGeoTable', () => {
  it('reads coordinates, names and pairs, over the built-in networks', () => {
    const text = JSON.stringify({
      '10.0.0.0/8': '53.35,-6.26',
      '10.1.0.0/16': 'sydney',
      '10.1.2.128/25': [1.5, -2],
      'fd00::/8': 'eu-west-1',
      '192.0.2.0/24': 'Dublin',
    });
    const table = parseGeoTable(text, 'geo.json');
    const at = (address: string) => placeOf(address, table);
    expect(at('10.200.0.1')).toEqual(dublin);
    expect(at('10.1.2.127')).toEqual(sydney);
    expect(at('10.1.2.129')).toEqual({ latitude: 1.5, longitude: -2 });
    expect(at('fd12::1')).toEqual(dublin);
    expect(at('192.0.2.1')).toEqual(dublin);
    expect(at('203.0.113.1')).toEqual(sydney);
    expect(at('11.0.0.1')).toBeUndefined();
  });

  it('takes a network of everything', () => {
    const table = parseGeoTable('{"0.0.0.0/0": "dublin"}', 'geo.json');
    expect(placeOf('8.8.8.8', table)).toEqual(dublin);
    expect(placeOf('203.0.113.1', table)).toEqual(sydney);
  });

  it('reports every problem at once', () => {
    const text = JSON.stringify({ '10.0.0.0': 'sydney', '10.0.0.0/33': '91,0', '10.0.0.0/8': 7 });
    expect(problemsOf(() => parseGeoTable(text, 'geo.json'))).toEqual([
      '["10.0.0.0"] expected a network in CIDR notation, got "10.0.0.0"',
      '["10.0.0.0/33"] expected a network in CIDR notation, got "10.0.0.0/33"',
      '["10.0.0.0/33"] expected a place, got "91,0"',
      '["10.0.0.0/8"] expected a place, got 7',
    ]);
    expect(problemsOf(() => parseGeoTable('[]', 'geo.json'))).toEqual([' expected an object of networks']);
    expect(problemsOf(() => parseGeoTable('{', 'geo.json'))).toHaveLength(1);
  });
});

describe('parseLatencyMatrix', () => {
  const text = JSON.stringify({
    'eu-west-1': { 'us-east-1': 70, 'eu-west-1': 2.9 },
    'new york': { 'us-east-1': 9.5 },
    '-33.87,151.21': { 'eu-west-1': 260 },
  });
  const latency = parseLatencyMatrix(text, 'latency.json');

  it('has measured figures for the nearest client within reach', () => {
    expect(latency(dublin, 'us-east-1')).toEqual({ roundTripMs: 70, source: 'measured' });
    expect(latency({ latitude: 51.51, longitude: -0.13 }, 'us-east-1')).toMatchObject({ roundTripMs: 70 });
    expect(latency({ latitude: 40, longitude: -75 }, 'us-east-1')).toMatchObject({ roundTripMs: 9.5 });
  });

  it('models what was not measured, or was measured too far away', () => {
    expect(latency(dublin, 'ap-southeast-2')).toMatchObject({ source: 'modelled' });
    expect(latency({ latitude: 35.68, longitude: 139.69 }, 'us-east-1')).toMatchObject({
      source: 'modelled',
    });
  });

  it('reports every problem at once', () => {
    const wrong = JSON.stringify({
      atlantis: { 'us-east-1': 1 },
      tokyo: { 'us-est-1': 1, 'eu-west-1': -1, 'eu-west-2': '5', 'eu-west-3': null },
      Tokyo: { 'us-east-1': 1 },
      osaka: {},
    });
    expect(problemsOf(() => parseLatencyMatrix(wrong, 'latency.json'))).toEqual([
      '["atlantis"] expected a region, a city or latitude,longitude, got "atlantis"',
      '["tokyo"]["us-est-1"] unknown region "us-est-1"',
      '["tokyo"]["eu-west-1"] expected milliseconds, got -1',
      '["tokyo"]["eu-west-2"] expected milliseconds, got "5"',
      '["tokyo"]["eu-west-3"] expected milliseconds, got null',
      '["osaka"] expected an object of regions, got {}',
      '["Tokyo"] this is the same place as "tokyo"',
    ]);
    expect(problemsOf(() => parseLatencyMatrix('{}', 'latency.json'))).toEqual([
      ' expected an object of clients',
    ]);
    expect(problemsOf(() => parseLatencyMatrix('nope', 'latency.json'))).toHaveLength(1);
  });
});

describe('locateClient', () => {
  it.each([
    { text: 'new york', label: 'New York' },
    { text: ' NEW-YORK ', label: 'New York' },
    { text: 'São Paulo', label: 'Sao Paulo' },
    { text: 'ap-southeast-2', label: 'ap-southeast-2' },
    { text: '-33.87, 151.21', label: '-33.87,151.21' },
    { text: '203.0.113.5', label: '203.0.113.5 (Sydney)' },
  ])('finds $text', ({ text, label }) => {
    expect(locateClient(text, builtinGeoTable).label).toBe(label);
  });

  it('finds a region where it is', () => {
    const { latitude, longitude } = awsRegions['eu-west-1'];
    expect(locateClient('eu-west-1', builtinGeoTable).place).toEqual({ latitude, longitude });
  });

  it.each(['', 'atlantis', '91,0', '0,181', '40.71', '40.71 -74.01', '8.8.8.8', '256.1.1.1', 'NaN,NaN'])(
    'rejects "%s"',
    (text) => {
      expect(() => locateClient(text, builtinGeoTable)).toThrow(
        expect.objectContaining({ code: 'ROUTING_UNKNOWN_PLACE' }),
      );
    },
  );
});
