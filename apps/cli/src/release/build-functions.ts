import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CliError } from '../errors.ts';
import { type TopologyFile, workspaceRoot } from '../topology-file.ts';

/**
 * Builds the functions for a topology under another domain: they refuse every host that they were not built for.
 *
 * @throws CliError CLI_BUNDLE_MISSING
 */
export async function buildFunctions(file: TopologyFile, domain: string, folder: string): Promise<void> {
  const build = join(workspaceRoot, 'apps/tour-lambda/build.ts');
  const args = [build, '--topology', file.path, '--domain', domain, '--out', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (exitCode === 0) return;
  throw new CliError('CLI_BUNDLE_MISSING', `the functions cannot be built: ${complaint.trim()}`, {
    hint: 'run npm run build once, mend what it says, or name the folder of a build with --bundle',
  });
}
