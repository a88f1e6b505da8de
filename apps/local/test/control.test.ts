import { describe, expect, it, onTestFinished } from 'vitest';
import { startControl } from '../src/control.ts';
import { curl } from './support/curl.ts';

const description = {
  ready: true,
  pid: 1,
  publicUrl: 'https://fast.example.com.localhost:8443',
  scriptUrl: 'https://fast.example.com.localhost:8443/acme.js',
  ca: '/ca.pem',
  dns: { address: '127.0.0.1', port: 5300 },
  frontDoor: { address: '127.0.0.1', port: 8443 },
  account: 'acme',
  publishKey: 'key',
  table: { name: 'isochrone', home: 'us-east-1', endpoints: {}, replicationLagMs: 0 },
  lambda: { endpoint: 'http://127.0.0.1:4400/lambda' },
  publish: { url: 'https://fast.example.com.localhost:8443/v1/tours/tour' },
  sampleSite: 'http://127.0.0.1:4400/sample/',
  timeScale: 1,
  regions: [],
};

async function control() {
  const started = await startControl({
    bind: { address: '127.0.0.1', port: 0 },
    describe: () => description,
    fetchScript: async () => ({ status: 200, body: Buffer.from('the script') }),
  });
  onTestFinished(() => started.close());
  return `http://127.0.0.1:${started.endpoint.port}`;
}

describe('the control API', () => {
  it('describes the world', async () => {
    const { body } = await curl(`${await control()}/world`);
    expect(JSON.parse(body)).toEqual(description);
  });

  it('serves the sample site with the script as fetched through the edge', async () => {
    const url = await control();
    expect((await curl(`${url}/sample/`)).body).toContain('<script async src="./acme.js">');
    const script = await curl(`${url}/sample/acme.js`);
    expect([script.headers.get('content-type'), script.body]).toEqual([
      'text/javascript; charset=utf-8',
      'the script',
    ]);
  });

  it('refuses a Host that is not this machine, so that no page elsewhere reads the key', async () => {
    const { status, body } = await curl('-H', 'host: evil.example', `${await control()}/world`);
    expect(status).toBe(421);
    expect(body).not.toContain('key');
  });
});
