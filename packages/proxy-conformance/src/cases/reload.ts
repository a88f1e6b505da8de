import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { requestsOf } from '../exchange.ts';
import { startLoad } from '../load.ts';
import { response, type Script } from '../upstream/script.ts';
import { startUpstream } from '../upstream/upstream.ts';
import { ask } from '../wire/ask.ts';
import { pemFile } from '../world/certificates.ts';
import type { World } from '../world/world.ts';
import { OWN, PUBLIC_HOST } from './requests.ts';

const SLOW: Script = { steps: [{ pauseMs: 1_500 }, ...response('200 OK', [], 'late')] };

/** Taking up another configuration. */
export const reload: readonly ProxyCase[] = [
  {
    name: 'a reload under load loses no request, and what is new counts',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const other = await startUpstream({
        region: 'other',
        hostname: own.hostname,
        certificate: world.certificates.wildcard,
      });
      try {
        await using load = startLoad(world, { visitors: 8, request: { path: `/${id}` } });
        await eventually(() => load.answered() > 100, 'the first answers');
        const { originPort } = world.site.settings;
        await world.reload({
          settings: { originPort: (region) => (region === OWN ? other.endpoint.port : originPort(region)) },
        });
        await eventually(() => other.requests.length > 100, 'requests at the new upstream');
        for (let round = 0; round < 3; round += 1) await world.reload({});
        const before = load.answered();
        await eventually(() => load.answered() > before + 100, 'answers after the last reload');
        await load.stop();
        assert.deepEqual(load.failures(), []);
      } finally {
        await other.close();
      }
    },
  },
  {
    name: 'a reload changes limits',
    world: {},
    scenario: async (world, id) => {
      await world.reload({ edge: { clientRate: 1 } });
      await eventually(async () => (await ask(world, { path: `/${id}` })).status === 429, 'a refusal');
    },
  },
  {
    name: 'a request that is under way during a reload is finished',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, SLOW);
      const open = ask(world, { path: `/${id}` });
      await eventually(() => requestsOf(world, id)[0]);
      await world.reload({});
      assert.equal((await open).body.toString(), 'late');
    },
  },
  {
    name: 'what is sent once on a connection from before a reload reaches an upstream that is well',
    world: {},
    scenario: async (world, id) => {
      const path = `/${id}`;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await ask(world, { path, agent });
      await world.reload({});
      await world.upstreams[0].receive('refuse');
      const isKnown = async (): Promise<boolean> => {
        const { headers } = await ask(world, { path });
        return headers['x-edge-upstream'] !== OWN && headers['x-edge-retried'] === undefined;
      };
      await eventually(isKnown, 'the end of the own API');
      assert.equal((await ask(world, { method: 'POST', path, body: 'once', agent })).status, 200);
      agent.destroy();
    },
  },
  {
    name: 'a configuration that cannot be taken up changes nothing',
    world: {},
    scenario: async (world, id) => {
      await writeFile(world.site.settings.certificate, 'no certificate\n');
      await assert.rejects(world.reload({}));
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      await writeFile(world.site.settings.certificate, pemFile(world.certificates.successor));
      await world.reload({});
      await eventually(
        async () => (await servedCertificate(world)) === fingerprint(world, 'successor'),
        'the certificate',
      );
    },
  },
  {
    name: 'a certificate is replaced while 1,000 requests run, and none is lost',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      const { certificates, site } = world;
      await using load = startLoad(world, { visitors: 8, request: { path: `/${id}` } });
      await eventually(() => load.answered() > 200, 'the first answers');
      assert.equal(await servedCertificate(world), fingerprint(world, 'wildcard'));
      await writeFile(site.settings.certificate, pemFile(certificates.successor));
      await world.reload({});
      await eventually(
        async () => (await servedCertificate(world)) === fingerprint(world, 'successor'),
        'the certificate',
      );
      await eventually(() => load.answered() >= 1_000, '1,000 answers');
      await load.stop();
      assert.deepEqual(load.failures(), []);
    },
  },
];

function fingerprint({ certificates }: World, which: 'wildcard' | 'successor'): string {
  return new X509Certificate(certificates[which].certificate).fingerprint256;
}

async function servedCertificate({ at, certificates }: World): Promise<string> {
  const socket = tlsConnect({
    host: at.address,
    port: at.port,
    ca: certificates.authority,
    servername: PUBLIC_HOST,
    ALPNProtocols: ['http/1.1'],
  });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
