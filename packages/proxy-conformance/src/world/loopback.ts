import { randomInt } from 'node:crypto';

/**
 * A loopback address of its own (127.0.0.0/8 is all loopback on Linux), so that every port on it is free: haproxy cannot
 * be asked which port it was given.
 */
export const loopbackAddress = (): string =>
  `127.${randomInt(64, 255)}.${randomInt(255)}.${randomInt(1, 255)}`;
