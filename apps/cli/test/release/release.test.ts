import { LambdaClient } from '@aws-sdk/client-lambda';
import { type FunctionJob, functionJobs, functionName, requireTopology } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import { type Archive, archiveOf } from '../../src/release/archive.ts';
import { regionFunction } from '../../src/release/region-function.ts';
import { type ReleaseParts, release, rollback } from '../../src/release/release.ts';
import { type LambdaService, startLambdaService } from './lambda-service.ts';

const topology = requireTopology(
  'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: {}\n  eu-west-1: {}\n  ap-southeast-2: {}\n',
  'test.yaml',
);
/** The canary first, the home last. */
const regions = ['eu-west-1', 'ap-southeast-2', 'us-east-1'] as const;

/** A function that says who it is; a bad one fails as soon as it is asked. */
function bundle(name: string, job: FunctionJob, good = true): Archive {
  const status = job === 'delivery' ? 200 : 401;
  const works = `return { statusCode: ${status}, headers: { 'x-bundle': '${name}' }, body: '' };`;
  const source = `export const handler = async () => { ${good ? works : "throw new Error('bad');"} };`;
  return archiveOf({ 'index.mjs': Buffer.from(source) });
}

const archives = (name: string, good = true) => ({
  delivery: bundle(name, 'delivery', good),
  publishing: bundle(name, 'publishing'),
});

async function deployed() {
  const lambda = await startLambdaService();
  for (const region of regions) {
    for (const job of functionJobs)
      lambda.create(region, functionName(topology, job), archives('first')[job].zip);
  }
  const lines: string[] = [];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const parts: ReleaseParts = {
    topology,
    regions,
    functionOf: (region, job) => {
      const client = new LambdaClient({ region, endpoint: lambda.url, credentials, maxAttempts: 1 });
      return regionFunction(client, functionName(topology, job), region);
    },
    say: (line) => lines.push(line),
  };
  return { lambda, parts, lines };
}

const options = (name: string, good = true) => ({ archives: archives(name, good), keep: 2, dryRun: false });
const live = (lambda: LambdaService, job: FunctionJob = 'delivery'): readonly string[] =>
  regions.map((region) => lambda.aliasOf(region, functionName(topology, job), 'live'));

/** Another publishing function beside the same delivery. */
const partly = (delivery: string, publishing: string) => ({
  ...options(delivery),
  archives: { delivery: bundle(delivery, 'delivery'), publishing: bundle(publishing, 'publishing') },
});

describe('a release', () => {
  it('brings the code to live in each region, the canary first', async () => {
    const { lambda, parts } = await deployed();
    const { released, failure } = await release(parts, options('second'));
    expect(failure).toBeNull();
    expect(released.map(({ region, job, outcome, version }) => [region, job, outcome, version])).toEqual(
      regions.flatMap((region) => functionJobs.map((job) => [region, job, 'released', '2'])),
    );
    expect(live(lambda)).toEqual(['2', '2', '2']);
  });

  it('tries each version on staging before anybody gets it', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    const aliases = lambda.changes.filter(
      (change) => change.startsWith('eu-west-1') && change.includes('/aliases/'),
    );
    expect(aliases.map((change) => change.split('/').slice(3).join('/'))).toEqual([
      'fast-delivery/aliases/staging',
      'fast-delivery/aliases/live',
      'fast-publishing/aliases/staging',
      'fast-publishing/aliases/live',
    ]);
  });

  it('changes nothing where live has the code', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    const before = lambda.changes.length;
    const { released } = await release(parts, options('second'));
    expect(new Set(released.map(({ outcome }) => outcome))).toEqual(new Set(['already']));
    expect(lambda.changes.length).toBe(before);
  });

  it.each([1, 2, 3, 4, 5, 7, 9, 11])(
    'that was interrupted at its change %i goes on where it was',
    async (change) => {
      const { lambda, parts } = await deployed();
      lambda.failAt(change);
      await expect(release(parts, options('second'))).rejects.toThrow('interrupted');
      const { failure } = await release(parts, options('second'));
      expect(failure).toBeNull();
      expect(live(lambda)).toEqual(['2', '2', '2']);
      // What was uploaded before the interruption is not uploaded again.
      expect(lambda.versionsOf('eu-west-1', 'fast-delivery')).toEqual(['1', '2']);
    },
  );

  it('never lets visitors meet a bad version, which staging shows', async () => {
    const { lambda, parts, lines } = await deployed();
    await release(parts, options('second'));
    const { failure } = await release(parts, options('bad', false));
    expect(failure).toBe('eu-west-1 delivery: version 3 answers 500 instead of 200 on staging');
    expect(live(lambda)).toEqual(['2', '2', '2']);
    expect(lines).toContain('eu-west-1 delivery: version 3 answers 500 instead of 200 on staging');
  });

  it('takes the whole wave back when a later region does not answer', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    // Well in the canary, ill in the region after it.
    const ill = { ...parts, functionOf: failingIn('ap-southeast-2', parts) };
    const { failure, released } = await release(ill, options('third'));
    expect(failure).toBe('ap-southeast-2 delivery: live answers 503 instead of 200');
    expect(live(lambda)).toEqual(['2', '2', '2']);
    expect(released.map(({ region, job, outcome, version }) => [region, job, outcome, version])).toEqual([
      ['ap-southeast-2', 'delivery', 'undone', '2'],
      ['eu-west-1', 'publishing', 'undone', '2'],
      ['eu-west-1', 'delivery', 'undone', '2'],
    ]);
    // What was taken back is nothing that a rollback leads to.
    await rollback(parts, false);
    expect(live(lambda)).toEqual(['1', '1', '1']);
  });

  it('takes back what cannot be asked', async () => {
    const { lambda, parts } = await deployed();
    const unreachable: ReleaseParts['functionOf'] = (where, job) => ({
      ...parts.functionOf(where, job),
      ask: async (stage, ...rest) => {
        if (stage === 'live') throw new Error('connection lost');
        return parts.functionOf(where, job).ask(stage, ...rest);
      },
    });
    const { failure } = await release({ ...parts, functionOf: unreachable }, options('second'));
    expect(failure).toBe('eu-west-1 delivery: live cannot be asked (connection lost)');
    expect(live(lambda)).toEqual(['1', '1', '1']);
  });

  it('says so where live has the code and is ill with it', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    const ill = { ...parts, functionOf: failingIn('us-east-1', parts) };
    const { failure } = await release(ill, options('second'));
    expect(failure).toBe('us-east-1 delivery: live answers 503 instead of 200');
    expect(live(lambda)).toEqual(['2', '2', '2']);
  });

  it('costs visitors no request, good or bad', async () => {
    const { lambda, parts } = await deployed();
    const statuses: number[] = [];
    let visiting = true;
    const visitor = (async () => {
      while (visiting) {
        for (const region of regions) statuses.push(await lambda.visit(region, 'fast-delivery', '/acme.js'));
        await new Promise(setImmediate);
      }
    })();
    await release(parts, options('second'));
    await release(parts, options('bad', false));
    await release(parts, options('third'));
    await rollback(parts, false);
    visiting = false;
    await visitor;
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('keeps the newest versions and every one that is pointed at or led back to', async () => {
    const { lambda, parts } = await deployed();
    for (const name of ['second', 'third', 'fourth', 'fifth']) await release(parts, options(name));
    expect(lambda.versionsOf('us-east-1', 'fast-delivery')).toEqual(['4', '5']);
    await rollback(parts, false);
    await rollback(parts, false);
    expect(live(lambda)).toEqual(['5', '5', '5']);
  });

  it('only says what it would do, when asked to', async () => {
    const { lambda, parts, lines } = await deployed();
    const { released } = await release(parts, { ...options('second'), dryRun: true });
    expect(released.every(({ outcome }) => outcome === 'would-release')).toBe(true);
    expect(lines).toContain('eu-west-1 delivery: would replace version 1');
    expect(lambda.changes).toEqual([]);
  });

  it('says which stack is missing', async () => {
    const { parts } = await deployed();
    const missing = { ...parts, regions: ['sa-east-1'] as const };
    await expect(release(missing, options('second'))).rejects.toMatchObject({
      code: 'CLI_NOT_DEPLOYED',
      hint: 'deploy the stack Tour-sa-east-1 first',
    });
  });
});

function failingIn(region: string, { functionOf }: ReleaseParts): ReleaseParts['functionOf'] {
  return (where, job) => {
    const fn = functionOf(where, job);
    if (where !== region || job !== 'delivery') return fn;
    return {
      ...fn,
      ask: async (stage, ...rest) =>
        stage === 'live' ? { status: 503, bundle: undefined } : fn.ask(stage, ...rest),
    };
  };
}

describe('a rollback', () => {
  it('points live at the version before, and back again', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    expect(await rollback(parts, false)).toMatchObject({ failure: null });
    expect(live(lambda)).toEqual(['1', '1', '1']);
    await rollback(parts, false);
    expect(live(lambda)).toEqual(['2', '2', '2']);
  });

  it('leaves alone what the last release had left alone', async () => {
    const { lambda, parts, lines } = await deployed();
    await release(parts, options('second'));
    await release(parts, partly('second', 'third'));
    expect(await rollback(parts, false)).toMatchObject({ failure: null });
    expect(live(lambda, 'publishing')).toEqual(['2', '2', '2']);
    expect(live(lambda)).toEqual(['2', '2', '2']);
    expect(lines).toContain('eu-west-1 delivery: version 2 stays, as the last release left it alone');
    await rollback(parts, false);
    expect(live(lambda, 'publishing')).toEqual(['3', '3', '3']);
    expect(live(lambda)).toEqual(['2', '2', '2']);
  });

  it.each([1, 2, 3, 4])(
    'takes all of a release back that was interrupted at its change %i and went on',
    async (change) => {
      const { lambda, parts } = await deployed();
      lambda.failAt(change);
      await expect(release(parts, options('second'))).rejects.toThrow('interrupted');
      await release(parts, options('second'));
      expect(await rollback(parts, false)).toMatchObject({ failure: null });
      expect([...live(lambda), ...live(lambda, 'publishing')]).toEqual(Array(6).fill('1'));
    },
  );

  it('leads to where the release before led, after one that was taken back', async () => {
    const { lambda, parts } = await deployed();
    await release(parts, options('second'));
    const ill = { ...parts, functionOf: failingIn('ap-southeast-2', parts) };
    expect((await release(ill, partly('second', 'third'))).failure).toContain('ap-southeast-2 delivery');
    await rollback(parts, false);
    expect([...live(lambda), ...live(lambda, 'publishing')]).toEqual(Array(6).fill('1'));
  });

  it('says where there is nothing to go back to', async () => {
    const { parts } = await deployed();
    const { failure } = await rollback(parts, false);
    expect(failure).toMatch(/^nothing to go back to: eu-west-1 publishing, eu-west-1 delivery/);
  });
});

describe('an archive', () => {
  it('has the same bytes whenever it is packed', () => {
    const files = { 'index.mjs': Buffer.from('export {};') };
    expect(archiveOf(files).codeSha256).toBe(archiveOf(files).codeSha256);
    expect(archiveOf(files).codeSha256).toBe('fHDBp0UpXZt6JBmW1nhm/cJihuWs6kB4AqDIqZLsRvw=');
  });
});
