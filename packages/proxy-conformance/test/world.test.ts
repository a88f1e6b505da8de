import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ask, edgeProgram, makeCertificates, startWorld } from '../src/index.ts';
import { OWN_API } from '../src/world/topology.ts';

const edgeProxyEntry = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));
const certificates = await makeCertificates();

describe.each(['haproxy', 'fastify'] as const)('a world with %s', (engine) => {
  it('serves from the own region', async () => {
    await using world = await startWorld(edgeProgram(engine, { edgeProxyEntry }), certificates);
    const { status, headers, body } = await ask(world, { path: '/acme.js' });
    expect([status, headers['x-edge-engine'], body.toString()]).toEqual([200, engine, 'us-east-1']);
    expect(world.upstreams[0].requests.map(({ target, connection }) => [target, connection.sni])).toEqual([
      ['/acme.js', OWN_API],
    ]);
  });

  it('fails over to the next region when the own one resets connections', async () => {
    await using world = await startWorld(edgeProgram(engine, { edgeProxyEntry }), certificates);
    await world.upstreams[0].receive('reset');
    expect((await ask(world, { path: '/acme.js' })).body.toString()).toBe('eu-west-1');
  });
});
