import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gatewayEvent } from '../src/gateway-event.ts';
import { lambdaFunction } from '../src/lambda-function.ts';

const event: APIGatewayProxyEventV2 = gatewayEvent({
  message: { method: 'GET', url: '/', headers: {}, rawHeaders: [] },
  body: Buffer.alloc(0),
  host: 'us-east-1-fast.example.com',
  stage: 'live',
  routeKey: '$default',
  sourceIp: '127.0.0.1',
  port: 443,
  requestId: 'JCInWhFRvHcEJdA=',
  now: new Date(0),
});
const to = (path: string): APIGatewayProxyEventV2 => ({ ...event, rawPath: path });

async function functionWith(source: string) {
  const directory = await mkdtemp(join(tmpdir(), 'isochrone-function-'));
  const bundle = join(directory, 'index.mjs');
  const rewrite = (text: string) => writeFile(bundle, text);
  await rewrite(source);
  const exits: string[] = [];
  const func = lambdaFunction({
    name: 'delivery-us-east-1',
    bundle,
    env: { GREETING: 'hello' },
    log: () => {},
    onExit: ({ name }) => exits.push(name),
  });
  onTestFinished(async () => {
    await func.stop();
    await rm(directory, { recursive: true });
  });
  return { ...func, rewrite, exits };
}

/** Answers with a word; `/slow` after 300 ms, `/hang` never, `/crash` takes the process down, `/throw` fails. */
const saying = (word: string): string => `
export const handler = async ({ rawPath }) => {
  if (rawPath === '/crash') process.exit(7);
  if (rawPath === '/throw') throw new Error('no');
  if (rawPath === '/hang') await new Promise(() => {});
  if (rawPath === '/slow') await new Promise((resolve) => setTimeout(resolve, 300));
  return '${word} ' + process.env.GREETING;
};`;

describe('lambdaFunction', () => {
  it('starts at the first invocation, with the environment of its function', async () => {
    const { invoke } = await functionWith(saying('first'));
    expect(await invoke(event)).toBe('first hello');
  });

  it('answers invocations side by side, each with its own result', async () => {
    const { invoke } = await functionWith(`export const handler = async ({ rawPath }) => rawPath;`);
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
    expect(await Promise.all(paths.map((path) => invoke(to(path))))).toEqual(paths);
  });

  it('fails an invocation whose handler throws, and only that', async () => {
    const { invoke } = await functionWith(saying('first'));
    await expect(invoke(to('/throw'))).rejects.toThrow('delivery-us-east-1 threw');
    expect(await invoke(event)).toBe('first hello');
  });

  it('fails the invocations that a crash interrupts, and serves later ones from a new process', async () => {
    const { invoke, exits } = await functionWith(saying('first'));
    const interrupted = invoke(to('/hang'));
    const crash = invoke(to('/crash'));
    await expect(interrupted).rejects.toThrow('ended during an invocation');
    await expect(crash).rejects.toThrow('ended during an invocation');
    expect(await invoke(event)).toBe('first hello');
    expect(exits).toEqual(['delivery-us-east-1']);
  });

  it('lets running invocations end before it takes the new bundle', async () => {
    const { invoke, reload, rewrite } = await functionWith(saying('old'));
    await invoke(event);
    const slow = invoke(to('/slow'));
    await rewrite(saying('new'));
    const reloaded = reload();
    const later = invoke(event);
    expect(await slow).toBe('old hello');
    expect(await later).toBe('new hello');
    await reloaded;
  });

  it('does not wait for ever for an invocation that hangs', async () => {
    const { invoke, reload, rewrite } = await functionWith(saying('old'));
    const hung = invoke(to('/hang')).catch((error: Error) => error.message);
    await invoke(event);
    await rewrite(saying('new'));
    await reload();
    expect(await invoke(event)).toBe('new hello');
    expect(await hung).toContain('ended during an invocation');
  });

  it('rejects a start with a bundle that cannot be loaded, and recovers with one that can', async () => {
    const { warm, invoke, reload, rewrite } = await functionWith('throw new Error("broken");');
    await expect(warm()).rejects.toThrow('ended before it was ready');
    await rewrite(saying('mended'));
    await reload();
    expect(await invoke(event)).toBe('mended hello');
  });
});
