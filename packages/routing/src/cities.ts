import type { Place } from '@isochrone/topology';

/** A city that can be named as where a client is. */
export interface City extends Place {
  readonly name: string;
  /**
   * Its number among the built-in networks: `198.18.N.0/24` and `2001:db8:N::/48`, where N is written in decimal
   * digits in both. People write these down, so a number is never given to another city.
   */
  readonly network: number;
}

const city = (network: number, name: string, latitude: number, longitude: number): City => ({
  name,
  network,
  latitude,
  longitude,
});

export const cities: readonly City[] = [
  city(1, 'New York', 40.71, -74.01),
  city(2, 'Washington', 38.91, -77.04),
  city(3, 'Chicago', 41.88, -87.63),
  city(4, 'Dallas', 32.78, -96.8),
  city(5, 'Denver', 39.74, -104.99),
  city(6, 'San Francisco', 37.77, -122.42),
  city(7, 'Los Angeles', 34.05, -118.24),
  city(8, 'Seattle', 47.61, -122.33),
  city(9, 'Miami', 25.76, -80.19),
  city(10, 'Toronto', 43.65, -79.38),
  city(11, 'Montreal', 45.5, -73.57),
  city(12, 'Mexico City', 19.43, -99.13),
  city(13, 'Bogota', 4.71, -74.07),
  city(14, 'Lima', -12.05, -77.04),
  city(15, 'Santiago', -33.45, -70.67),
  city(16, 'Buenos Aires', -34.6, -58.38),
  city(17, 'Sao Paulo', -23.55, -46.63),
  city(18, 'London', 51.51, -0.13),
  city(19, 'Dublin', 53.35, -6.26),
  city(20, 'Paris', 48.86, 2.35),
  city(21, 'Madrid', 40.42, -3.7),
  city(22, 'Frankfurt', 50.11, 8.68),
  city(23, 'Zurich', 47.37, 8.54),
  city(24, 'Milan', 45.46, 9.19),
  city(25, 'Stockholm', 59.33, 18.07),
  city(26, 'Warsaw', 52.23, 21.01),
  city(27, 'Istanbul', 41.01, 28.98),
  city(28, 'Moscow', 55.76, 37.62),
  city(29, 'Tel Aviv', 32.09, 34.78),
  city(30, 'Cairo', 30.04, 31.24),
  city(31, 'Lagos', 6.52, 3.38),
  city(32, 'Nairobi', -1.29, 36.82),
  city(33, 'Johannesburg', -26.2, 28.05),
  city(34, 'Cape Town', -33.92, 18.42),
  city(35, 'Dubai', 25.2, 55.27),
  city(36, 'Mumbai', 19.08, 72.88),
  city(37, 'Delhi', 28.61, 77.21),
  city(38, 'Singapore', 1.35, 103.82),
  city(39, 'Jakarta', -6.21, 106.85),
  city(40, 'Bangkok', 13.76, 100.5),
  city(41, 'Hong Kong', 22.32, 114.17),
  city(42, 'Taipei', 25.03, 121.57),
  city(43, 'Seoul', 37.57, 126.98),
  city(44, 'Tokyo', 35.68, 139.69),
  city(45, 'Osaka', 34.69, 135.5),
  city(46, 'Perth', -31.95, 115.86),
  city(47, 'Melbourne', -37.81, 144.96),
  city(48, 'Sydney', -33.87, 151.21),
  city(49, 'Auckland', -36.85, 174.76),
  city(50, 'Honolulu', 21.31, -157.86),
  city(51, 'Lisbon', 38.72, -9.14),
];
