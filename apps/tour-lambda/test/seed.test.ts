import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { api, functionsOn, jsonOf, putOf, release, sampleTourTitled, textOf } from './functions.ts';
import { environmentOf, publishKey, startEmptyStore } from './store.ts';

const entry = fileURLToPath(new URL('../src/seed.ts', import.meta.url));

async function runSeed(environment: Record<string, string>) {
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code]: unknown[] = await once(child, 'close');
  return { code, output };
}

it('makes the table, the account, its key and the sample tour, and keeps what is there', async () => {
  const settings = await startEmptyStore();
  const environment = { ...environmentOf(settings), ACCOUNT: 'acme', PUBLISH_KEY: publishKey };
  expect(await runSeed(environment)).toEqual({ code: 0, output: '' });
  const { deliver, publish } = functionsOn(settings);
  expect((await deliver({ path: '/acme.js' })).headers).toMatchObject({ 'x-tours-revision': '2' });

  await release({ publish }, sampleTourTitled('Kept'));
  expect(await runSeed(environment)).toEqual({ code: 0, output: '' });
  const script = await deliver({ path: '/acme.js' });
  expect(script.headers).toMatchObject({ 'x-tours-revision': '3' });
  expect(textOf(script)).toContain('Kept');
  expect(jsonOf(await publish(api('GET', '/v1/tours')))).toMatchObject({ items: [{ id: sampleTour.id }] });
});

it('leaves the sample tour away where somebody deleted it', async () => {
  const settings = await startEmptyStore();
  const environment = { ...environmentOf(settings), ACCOUNT: 'acme', PUBLISH_KEY: publishKey };
  await runSeed(environment);
  const { deliver, publish } = functionsOn(settings);
  await publish(api('POST', `/v1/tours/${sampleTour.id}/unpublish`, {}));
  await publish(api('DELETE', `/v1/tours/${sampleTour.id}`));
  expect(await runSeed(environment)).toEqual({ code: 0, output: '' });
  expect(textOf(await deliver({ path: '/acme.js' }))).not.toContain(sampleTour.id);
});

it('may be started twice at once', async () => {
  const settings = await startEmptyStore();
  const environment = { ...environmentOf(settings), ACCOUNT: 'acme', PUBLISH_KEY: publishKey };
  const both = await Promise.all([runSeed(environment), runSeed(environment)]);
  expect(both).toEqual([
    { code: 0, output: '' },
    { code: 0, output: '' },
  ]);
  const { deliver, publish } = functionsOn(settings);
  expect(textOf(await deliver({ path: '/acme.js' }))).toContain(sampleTour.id);
  expect(await publish(putOf(sampleTour, { 'if-match': '"d1"' }))).toMatchObject({ statusCode: 200 });
});

it('says which variable is missing', async () => {
  const { code, output } = await runSeed({ AWS_REGION: 'us-east-1' });
  expect(code).toBe(1);
  expect(output).toContain('AWS_ACCESS_KEY_ID is not set');
});
