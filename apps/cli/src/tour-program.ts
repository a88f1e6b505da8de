import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Release, ReleaseOptions } from './commands/tour.ts';
import type { Outcome } from './outcome.ts';
import type { ApiOptions } from './publishing/client.ts';
import { topologyFile } from './topology-file.ts';

type Tell = (outcome: Outcome, asJson: boolean) => void;

interface Json {
  readonly json?: true;
}

const CONTROL = 'http://127.0.0.1:4400';

/** `account …` and `tour …`; `examples` writes the end of a help text. */
export function addTourCommands(
  program: Command,
  tell: Tell,
  examples: (...lines: string[]) => string,
): void {
  const account = program.command('account').description('accounts, whose tours are published and delivered');
  withTable(account.command('create'))
    .description('make an account and its first key, with the credentials of the table')
    .addHelpText(
      'after',
      examples('./isochrone account create rival', './isochrone account create rival --aws --home eu-west-1'),
    )
    .action(async (name: string, options: AccountCommandOptions) => {
      const { json, topology, ...more } = options;
      const { createAccount } = await import('./commands/account.ts');
      tell(await createAccount({ account: name, topology: topologyFile(topology), ...more }), json === true);
    });
  for (const [action, description] of [
    ['suspend', 'make every script of an account do nothing, whatever its settings say'],
    ['resume', 'end the suspension of an account'],
  ] as const) {
    withTable(account.command(action))
      .description(description)
      .option('--note <text>', 'why, for the audit ledger')
      .addHelpText('after', examples(`./isochrone account ${action} rival`))
      .action(async (name: string, options: AccountCommandOptions & { readonly note?: string }) => {
        const { json, topology, ...more } = options;
        const { suspendAccount } = await import('./commands/account.ts');
        const suspended = action === 'suspend';
        tell(
          await suspendAccount({ account: name, suspended, topology: topologyFile(topology), ...more }),
          json === true,
        );
      });
  }

  const tour = program.command('tour').description('tours of an account, through the publishing API');
  withApi(tour.command('list'))
    .description('every tour, and where it is live')
    .addHelpText('after', examples('./isochrone tour list', './isochrone tour list --json | jq .tours[].id'))
    .action(async ({ json, ...api }: ApiOptions & Json) => {
      const { listTours } = await import('./commands/tour.ts');
      tell(await listTours(api), json === true);
    });
  withApi(tour.command('show'))
    .argument('<id>', 'id of the tour')
    .description('the draft of a tour, as a document that push takes')
    .addHelpText('after', examples('./isochrone tour show tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC > tour.json'))
    .action(async (id: string, { json, ...api }: ApiOptions & Json) => {
      const { showTour } = await import('./commands/tour.ts');
      tell(await showTour(api, id), json === true);
    });
  withApi(tour.command('push'))
    .argument('<file>', 'a tour, as JSON')
    .description('store a document as the draft of its tour; what is live stays live')
    .addHelpText('after', examples('./isochrone tour push tour.json'))
    .action(async (file: string, { json, ...api }: ApiOptions & Json) => {
      const { pushTour } = await import('./commands/tour.ts');
      tell(await pushTour(api, file), json === true);
    });

  withApi(tour.command('delete'))
    .argument('<id>', 'id of the tour')
    .description('delete a tour that is live nowhere')
    .addHelpText('after', examples('./isochrone tour delete tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC'))
    .action(async (id: string, { json, ...api }: ApiOptions & Json) => {
      const { deleteTour } = await import('./commands/tour.ts');
      tell(await deleteTour(api, id), json === true);
    });

  const releases = [
    ['publish', 'make the draft of a tour live'],
    ['unpublish', 'take a tour away'],
  ] as const;
  for (const [action, description] of releases) {
    withRelease(tour.command(action))
      .description(description)
      .addHelpText('after', examples(`./isochrone tour ${action} tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC`))
      .action(release(tell, () => ({ action })));
  }
  withRelease(tour.command('rollback'))
    .description('make an old revision of a tour live again, as a new revision of the environment')
    .requiredOption('--to <revision>', 'which one', positive)
    .addHelpText('after', examples('./isochrone tour rollback tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC --to 1'))
    .action(release(tell, ({ to = 1 }) => ({ action: 'rollback', toRevision: to })));

  withApi(tour.command('preview'))
    .argument('<id>', 'id of the tour')
    .description('make a token that shows the draft, for an hour')
    .option('--env <environment>', 'whose themes and settings it has', 'production')
    .addHelpText('after', examples('./isochrone tour preview tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMC'))
    .action(async (id: string, { json, env, ...api }: ApiOptions & Json & { readonly env: string }) => {
      const { previewTour } = await import('./commands/tour.ts');
      tell(await previewTour({ ...api, environment: env }, id), json === true);
    });
}

interface AccountCommandOptions extends Json {
  readonly home?: string;
  readonly aws: boolean;
  readonly table?: string;
  readonly control: string;
  readonly topology?: string;
}

interface ReleaseCommandOptions extends ApiOptions, Json, Pick<ReleaseOptions, 'note' | 'wait'> {
  readonly env: string;
  readonly to?: number;
}

const release =
  (tell: Tell, releaseOf: (options: ReleaseCommandOptions) => Release) =>
  async (id: string, options: ReleaseCommandOptions): Promise<void> => {
    const { json, env: environment, to: _, ...more } = options;
    const { releaseTour } = await import('./commands/tour.ts');
    tell(await releaseTour({ ...more, environment }, id, releaseOf(options)), json === true);
  };

const withTable = (command: Command): Command =>
  command
    .argument('<account>', 'its key, as in /ACCOUNT.js')
    .option('--home <region>', "the region whose table it is written to (default: the topology's home)")
    .option(
      '--aws',
      "the table in AWS, with the environment's credentials, instead of the local world's",
      false,
    )
    .option('--table <name>', 'name of the table in AWS (default: the one that the stacks make)')
    .option('--control <url>', 'control API of the local world', CONTROL)
    .addOption(
      new Option(
        '--topology <file>',
        'topology file, for its home and table (default: topologies/production.yaml)',
      ),
    )
    .addOption(new Option('--json', 'print JSON to stdout'));

const withApi = (command: Command): Command =>
  command
    .option('--url <origin>', 'where the publishing API is (default: the local world)')
    .option('--key <key>', "key of the account (default: ISOCHRONE_KEY, else the local world's)")
    .option('--ca <file>', 'certificate authority to trust, PEM')
    .option('--control <url>', 'control API of the local world', CONTROL)
    .addOption(new Option('--json', 'print JSON to stdout'));

const withRelease = (command: Command): Command =>
  withApi(command)
    .argument('<id>', 'id of the tour')
    .option('--env <environment>', 'where', 'production')
    .option('--note <text>', 'why, for the audit ledger')
    .option('--no-wait', 'do not wait until every region has it');

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a revision, such as 1');
}
