import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '@isochrone/config-gen';
import { loopbackAddress, makeCertificates, pemFile, startNameServer } from '@isochrone/proxy-conformance';
import type { Contender, Site } from '../contenders/contender.ts';
import { BenchError } from '../errors.ts';
import { findProgram } from './find-program.ts';
import { untilListening } from './listening.ts';
import { apiHosts } from './names.ts';
import { type Core, type PinnedProgram, type Program, startPinned } from './pinned-program.ts';
import { startUpstream } from './upstream.ts';

/** The proxy has a core for itself; what asks it and what it asks share the other one. */
export const PROXY_CORE: Core = 0;
export const LOAD_CORE: Core = 1;

/** A contender that runs. */
export interface Running {
  readonly contender: Contender;
  readonly at: Endpoint;
  readonly program: PinnedProgram;
  /** `beforeCleaning` may read what it left behind. */
  stop(options?: { readonly graceMs?: number; readonly beforeCleaning?: () => Promise<void> }): Promise<void>;
}

export interface Stage extends AsyncDisposable {
  /** What visitors trust, PEM. */
  readonly ca: string;
  readonly upstream: Endpoint;
  /** Starts a contender; `program` in the place of its own; `upstream` in the place of the stage's. */
  start(
    contender: Contender,
    options?: {
      readonly upstream?: Endpoint;
      readonly program?: (site: Site) => Promise<Program>;
    },
  ): Promise<Running>;
}

/** @throws BenchError BENCH_TOOL_MISSING, BENCH_NOT_READY */
export async function openStage(): Promise<Stage> {
  const nginx = findProgram('nginx');
  if (nginx === undefined) {
    throw new BenchError('BENCH_TOOL_MISSING', 'cannot find nginx, which stands for the APIs', {
      hint: 'run: node scripts/system-packages.ts bench',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-bench-'));
  // The workers of an nginx that root started are somebody else, and read the script in it.
  await chmod(folder, 0o711);
  const certificates = await makeCertificates();
  const originCa = join(folder, 'ca.pem');
  const pem = join(folder, 'edge.pem');
  await writeFile(originCa, certificates.authority);
  await writeFile(pem, pemFile(certificates.wildcard), { mode: 0o600 });
  const upstream: Endpoint = { address: loopbackAddress(), port: 8443 };
  const names = await startNameServer(Object.fromEntries(apiHosts.map((host) => [host, [upstream.address]])));
  const program = await startUpstream({ folder, nginx, core: LOAD_CORE, ...upstream, pem });

  return {
    ca: certificates.authority,
    upstream,
    start: async (contender, options = {}) => {
      const home = await mkdtemp(join(folder, `${contender.id}-`));
      const bind: Endpoint = { address: loopbackAddress(), port: 8443 };
      const site: Site = {
        folder: home,
        bind,
        certificate: pem,
        originCa,
        upstream: options.upstream ?? upstream,
        resolver: names.endpoint,
      };
      const prepare = options.program ?? ((given: Site) => contender.prepare(given));
      const running = await startPinned(contender.id, PROXY_CORE, await prepare(site));
      const stop: Running['stop'] = async ({ graceMs, beforeCleaning } = {}) => {
        await running.stop(graceMs);
        await beforeCleaning?.();
        await rm(home, { recursive: true, force: true });
      };
      try {
        await untilListening(contender.title, bind, running);
      } catch (error) {
        await stop();
        throw error;
      }
      return { contender, at: bind, program: running, stop };
    },
    [Symbol.asyncDispose]: async () => {
      await program.stop();
      names.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
