// node src/seed.ts: makes the table, an account with its key, and the sample tour, where they are not there yet.
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { defaultEnvironment, publishedTour, sampleAccount, sampleTour } from '@isochrone/tours';
import { optional, readEnvironment, required } from './environment.ts';
import { logToConsole } from './log.ts';
import { runProgram } from './program.ts';
import { createAccount, type NewAccount, requireAccountKey } from './publishing/accounts.ts';
import { commit } from './publishing/commit.ts';
import { readTour, writeDraft } from './publishing/drafts.ts';
import { newId } from './publishing/ids.ts';
import { reviseDraft } from './publishing/revisions.ts';
import { createClient, type StoreSettings } from './store/client.ts';
import { tableOf } from './store/table.ts';

/** What is there already is kept, so that it can be run at every start, and again after a crash. */
export async function seed(settings: StoreSettings, account: Omit<NewAccount, 'now'>): Promise<void> {
  const client = createClient(settings);
  try {
    await createTable(client, settings.tableName);
    const now = Date.now();
    const table = tableOf(client, settings);
    await createAccount(table, { ...account, now }, logToConsole);
    const known = await readTour(table, account.account, sampleTour.id);
    // Deleted by somebody, it stays so.
    if (known.version > 0) return;
    const draft = {
      tour: sampleTour,
      version: 1,
      updatedAt: new Date(now).toISOString(),
      updatedBy: 'operator',
      origin: '',
    };
    const { revision } = await reviseDraft(table, account.account, draft);
    const to = {
      table,
      account: account.account,
      environment: defaultEnvironment,
      actor: 'operator',
      now,
      log: logToConsole,
    };
    await commit({ ...to, id: newId(now) }, (live) => {
      if (live === undefined) throw new Error('the account has no environment');
      const others = live.tours.filter(({ id }) => id !== sampleTour.id);
      return {
        ...live,
        action: 'publish',
        tour: sampleTour.id,
        tourRevision: revision,
        tours: [...others, publishedTour(sampleTour)],
      };
    });
    // Last, because it says that all of this is done.
    await writeDraft(table, account.account, draft);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: tableName });
}

if (import.meta.main) {
  await runProgram(async () => {
    const { region, store } = readEnvironment(process.env);
    const account = requireAccountKey(optional(process.env, 'ACCOUNT') ?? sampleAccount);
    await seed(store, { account, home: region, key: required(process.env, 'PUBLISH_KEY') });
  });
}
