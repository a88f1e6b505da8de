import {
  CreateTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { accountKeyPattern, sampleAccount, sampleTour } from '@isochrone/tours';
import { readEnvironment, required } from './environment.ts';
import { TourLambdaError } from './errors.ts';
import { hashOfKey, type Scope } from './publishing/authorise.ts';
import { publish } from './publishing/publish.ts';
import { createClient } from './store/client.ts';
import { publishingStore } from './store/publishing-store.ts';
import { keys } from './store/table.ts';

const allScopes: readonly Scope[] = ['tours:read', 'tours:write'];

export interface Seed {
  readonly account: string;
  readonly publishKey: string;
}

/**
 * Makes the table, an account, its publishing key and the sample tour, in this order. What is there already is
 * kept, so that it can be run at every start, and again after a crash.
 */
export async function seed(
  client: DynamoDBClient,
  tableName: string,
  { account, publishKey }: Seed,
): Promise<void> {
  await createTable(client, tableName);
  await client.send(
    new PutItemCommand({ TableName: tableName, Item: { ...keys.account(account), account: { S: account } } }),
  );
  await client.send(
    new PutItemCommand({
      TableName: tableName,
      Item: {
        ...keys.publishingKey(hashOfKey(publishKey)),
        account: { S: account },
        scopes: { SS: [...allScopes] },
      },
    }),
  );
  const store = publishingStore(client, tableName);
  const added = await store.writeTour(account, sampleTour, 0);
  if (added || (await store.readLive(account)) === undefined) await publish(store, account);
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

function readSeed(variables: NodeJS.ProcessEnv): Seed {
  const account = variables['ACCOUNT'] ?? sampleAccount;
  if (accountKeyPattern.test(account)) return { account, publishKey: required(variables, 'PUBLISH_KEY') };
  throw new TourLambdaError('TOUR_LAMBDA_ENVIRONMENT', `ACCOUNT is ${JSON.stringify(account)}`, {
    hint: `expected a text that matches ${accountKeyPattern}`,
  });
}

if (import.meta.main) {
  try {
    const { store } = readEnvironment(process.env);
    const client = createClient(store);
    await seed(client, store.tableName, readSeed(process.env));
    client.destroy();
  } catch (error) {
    const explained = error instanceof TourLambdaError && error.hint !== undefined;
    console.error(explained ? `${error.code} ${error.message}\n  ${error.hint}` : String(error));
    process.exitCode = 1;
  }
}
