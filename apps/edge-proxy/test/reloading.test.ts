import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { connect, type PeerCertificate } from 'node:tls';
import { issueCertificate } from '@isochrone/dev-ca';
import { expect, it, onTestFinished } from 'vitest';
import { authority, DOMAIN, FALLBACK_API, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask } from './support/client.ts';
import { configFor, MAIN, writeConfig } from './support/configuration.ts';
import { eventually } from './support/eventually.ts';
import { startLoad } from './support/load.ts';
import { type Running, start } from './support/process.ts';
import { startUpstream } from './support/upstream.ts';

const said = ({ log }: Running, what: string) => log.filter(({ msg }) => msg === what);

async function startTwo(workers: number) {
  const upstreams = [await startUpstream(OWN_API), await startUpstream(FALLBACK_API)] as const;
  const config = await configFor(upstreams, { workers });
  const file = writeConfig(config);
  return { upstreams, config, file, proxy: await start([MAIN, '--config', file]) };
}

async function peerCertificate({ port }: Running): Promise<PeerCertificate> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.certificate, servername: PUBLIC_HOST });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket.getPeerCertificate();
}

it.each([1, 2])(
  'reloads upstreams and limits on SIGHUP without losing a request, with %i workers',
  async (workers) => {
    const { upstreams, config, file, proxy } = await startTwo(workers);
    const load = startLoad(proxy);
    await eventually(() => expect(load.count).toBeGreaterThan(20));

    writeFileSync(
      file,
      JSON.stringify({
        ...config,
        upstreams: [config.upstreams[1]],
        limits: { ...config.limits, targetBytes: 10 },
      }),
    );
    proxy.signal('SIGHUP');
    await eventually(() => expect(said(proxy, 'reloaded')).toMatchObject([{ upstreams: ['eu-west-1'] }]));
    const seen = upstreams[0].seen.length;
    const { count } = load;
    await eventually(() => expect(load.count).toBeGreaterThan(count + 20));

    expect(await load.stop()).toEqual([]);
    expect(upstreams[0].seen).toHaveLength(seen);
    expect(await ask(proxy)).toMatchObject({ status: 200, headers: { 'x-edge-upstream': 'eu-west-1' } });
    expect(await ask(proxy, { path: '/12345678901' })).toMatchObject({ status: 414 });
  },
);

it.each([1, 2])(
  'shows a new certificate as soon as its file is replaced, with %i workers',
  async (workers) => {
    const { config, proxy } = await startTwo(workers);
    const before = await peerCertificate(proxy);
    const load = startLoad(proxy);
    const renewed = await issueCertificate(authority, { hostnames: [`*.${DOMAIN}`] });
    const next = `${config.certificate}.new`;
    writeFileSync(next, renewed.certificate + authority.certificate + renewed.key);

    renameSync(next, config.certificate);

    await eventually(() => expect(said(proxy, 'reloaded')).toHaveLength(1));
    for (let count = 0; count < 6; count += 1)
      expect((await peerCertificate(proxy)).serialNumber).not.toBe(before.serialNumber);
    expect(await load.stop()).toEqual([]);
  },
);

it('refuses a bad configuration with all its problems, and goes on with the old one', async () => {
  const { config, file, proxy } = await startTwo(2);

  writeFileSync(file, JSON.stringify({ ...config, region: 'us-esat-1', drain: -1 }));
  proxy.signal('SIGHUP');

  await eventually(() =>
    expect(said(proxy, 'reload refused')).toMatchObject([
      {
        problems: [
          { code: 'EDGE_PROXY_CONFIG_INVALID', message: expect.stringMatching(/^region: /) },
          { code: 'EDGE_PROXY_CONFIG_INVALID', message: expect.stringMatching(/^drain: /) },
        ],
      },
    ]),
  );
  expect(await ask(proxy)).toMatchObject({ status: 200 });

  writeFileSync(file, JSON.stringify(config));
  proxy.signal('SIGHUP');
  await eventually(() => expect(said(proxy, 'reloaded')).toHaveLength(1));
});

it('says which settings wait for a start', async () => {
  const { config, file, proxy } = await startTwo(1);

  writeFileSync(file, JSON.stringify({ ...config, workers: 3, bind: { address: '127.0.0.9', port: 0 } }));
  proxy.signal('SIGHUP');

  await eventually(() => expect(said(proxy, 'reloaded')).toHaveLength(1));
  expect(said(proxy, 'these settings change with the next start')).toMatchObject([
    { settings: ['bind', 'workers'] },
  ]);
  expect(await ask(proxy)).toMatchObject({ status: 200 });
});

it('keeps the connections of an upstream that stays as it is', async () => {
  const { upstreams, config, file, proxy } = await startTwo(1);
  await ask(proxy);
  const before = upstreams[0].connections();

  writeFileSync(file, JSON.stringify({ ...config, drain: 5 }));
  proxy.signal('SIGHUP');
  await eventually(() => expect(said(proxy, 'reloaded')).toHaveLength(1));
  await ask(proxy);

  expect(upstreams[0].connections()).toBe(before);
});
