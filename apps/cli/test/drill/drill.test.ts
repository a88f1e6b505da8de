import { describe, expect, it } from 'vitest';
import { isochrone } from '../command.ts';

describe('isochrone drill', () => {
  it('says that no local world runs where it looks', () => {
    const { status, stderr } = isochrone(['drill', '--control', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(stderr).toContain('CLI_WORLD_UNREACHABLE no local world answers at http://127.0.0.1:1');
    expect(stderr).toContain('npm start');
  });
});
