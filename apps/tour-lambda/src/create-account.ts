// node src/create-account.ts: makes the account ACCOUNT at home in AWS_REGION and prints its first key as JSON.
import { readEnvironment, required } from './environment.ts';
import { logToConsole } from './log.ts';
import { runProgram } from './program.ts';
import { createAccount, requireAccountKey } from './publishing/accounts.ts';
import { newBearerKey } from './publishing/bearer-keys.ts';
import { openTable } from './store/table.ts';

await runProgram(async () => {
  const { region, store } = readEnvironment(process.env);
  const account = requireAccountKey(required(process.env, 'ACCOUNT'));
  const key = newBearerKey();
  await createAccount(openTable(store), { account, home: region, key, now: Date.now() }, logToConsole);
  console.log(JSON.stringify({ account, home: region, key }));
});
