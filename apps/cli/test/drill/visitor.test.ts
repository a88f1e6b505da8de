import { once } from 'node:events';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { expect, it, onTestFinished } from 'vitest';
import { openVisitor } from '../../src/drill/visitor.ts';
import { nameServer } from './name-server.ts';

const NAME = 'fast.example.com.localhost';
const VISITS = 300;

/** Answers, and closes each connection while its client may be about to use it again. */
async function impatientServer() {
  const authority = await createCertificateAuthority({ commonName: 'visitor.test' });
  const { certificate, key } = await issueCertificate(authority, { hostnames: [NAME] });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    response.end('script');
    response.once('finish', () => setTimeout(() => request.socket.end(), 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { ca: authority.certificate, port: address.port };
}

it('asks again, unseen, when its connection is closed while it is idle', async () => {
  const { ca, port } = await impatientServer();
  const { server: dns } = await nameServer([{ type: 'A', name: NAME, ttl: 60, data: '127.0.0.1' }]);
  const visitor = openVisitor({
    city: 'Lisbon',
    subnet: '198.18.18.0',
    keepsOpen: true,
    url: `https://${NAME}/acme.js`,
    ca,
    dns,
    port,
  });
  onTestFinished(() => visitor.close());

  const failures = new Set<string>();
  for (let visit = 0; visit < VISITS; visit += 1) {
    const { failure } = await visitor.visit();
    if (failure !== undefined) failures.add(failure);
    await sleep(visit % 3);
  }

  expect([...failures]).toEqual([]);
});
