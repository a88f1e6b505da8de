import { Command, InvalidArgumentError, Option } from 'commander';
import { generate } from './commands/generate.ts';
import { validate } from './commands/validate.ts';
import { CliError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { topologyFile } from './topology-file.ts';

interface CommonOptions {
  readonly topology?: string;
  readonly json?: true;
}

/** The command line; `tell` hears what a command found. Commander throws instead of leaving the process. */
export function createProgram(version: string, tell: (outcome: Outcome, asJson: boolean) => void): Command {
  const program = new Command('./isochrone')
    .description('Checks topology files, and generates what follows from them.')
    .version(version)
    .showHelpAfterError('see ./isochrone --help')
    .exitOverride()
    .addHelpText('after', examples('./isochrone validate', './isochrone generate --check'));

  withCommonOptions(program.command('validate'))
    .argument('[file...]', 'topology files (default: topologies/production.yaml)')
    .description('report every problem of topology files, each at its line')
    .addHelpText(
      'after',
      examples(
        './isochrone validate',
        './isochrone validate topologies/*.yaml',
        './isochrone validate --json | jq .files[].problems',
      ),
    )
    .action((files: readonly string[], { topology, json }: CommonOptions) => {
      const named = topology === undefined ? files : [...files, topology];
      const all = named.length === 0 ? [topologyFile()] : named.map((file) => topologyFile(file));
      tell(validate(all), json === true);
    });

  withCommonOptions(program.command('generate'))
    .argument('[file]', 'topology file (default: topologies/production.yaml)')
    .description('write what follows from a topology: proxy configuration, DNS records, deploy matrix')
    .option('--out <dir>', 'folder to write to (default: generated/<name of the topology>)', folderName)
    .option('--check', 'write nothing; exit with 1 when something would change')
    .addHelpText(
      'after',
      examples(
        './isochrone generate',
        './isochrone generate --check',
        './isochrone generate topologies/staging.yaml --out preview',
      ),
    )
    .action(
      (
        file: string | undefined,
        options: CommonOptions & { readonly out?: string; readonly check?: true },
      ) => {
        const { topology, json, out, check } = options;
        if (file !== undefined && topology !== undefined) {
          throw new CliError('CLI_USAGE', `two topologies given: ${file} and ${topology}`, {
            hint: 'name one; FILE and --topology FILE mean the same',
          });
        }
        tell(generate(topologyFile(file ?? topology), { out, check: check === true }), json === true);
      },
    );

  return program;
}

const withCommonOptions = (command: Command): Command =>
  command
    .addOption(new Option('--topology <file>', 'the same as FILE'))
    .addOption(new Option('--json', 'print JSON to stdout'));

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n\nExit codes: 0 fine, 1 problems, 2 misuse.`;

/** A variable that is not set must not stand for the current folder. */
function folderName(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('expected the name of a folder');
}
