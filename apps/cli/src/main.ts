import type { ConfigGenError } from '@isochrone/config-gen';
import type { RoutingError } from '@isochrone/routing';
import { CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { CliError } from './errors.ts';
import { type ExitCode, exitCodes, printJson, tell } from './outcome.ts';
import { createProgram } from './program.ts';

// `./isochrone validate | head -1` closes the pipe early, which is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const args = process.argv.slice(2);
// Commander knows the options only once it understood the arguments, and a mistake must be told as asked, too.
const asJson = args.includes('--json');
// Where 2 says that something changes, a script must not take a typing error for that.
const misuse = args[0] === 'plan' ? exitCodes.problems : exitCodes.misuse;

process.exitCode = await run();

async function run(): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine;
  try {
    await createProgram(manifest.version, (outcome, json) => {
      exitCode = tell(outcome, json);
    }).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has printed its message, or the help or version that was asked for.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.fine;
      if (asJson) complain('CLI_USAGE', error.message.replace(/^error: /, ''), 'see ./isochrone --help');
      return misuse;
    }
    const { code, message, hint } = await expected(error);
    if (asJson) complain(code, message, hint);
    else process.stderr.write(`${code} ${message}\n  ${hint}\n`);
    return code === 'CLI_USAGE' ? misuse : exitCodes.problems;
  }
  return exitCode;
}

/** The error, where it is one to be told without a stack. Other packages' classes are loaded only here, where one may matter. */
async function expected(error: unknown): Promise<CliError | ConfigGenError | RoutingError> {
  if (error instanceof CliError) return error;
  const [{ ConfigGenError }, { RoutingError }] = await Promise.all([
    import('@isochrone/config-gen'),
    import('@isochrone/routing'),
  ]);
  if (error instanceof ConfigGenError || error instanceof RoutingError) return error;
  throw error;
}

function complain(code: string, message: string, hint: string): void {
  printJson({ ok: false, error: { code, message, hint } });
}
