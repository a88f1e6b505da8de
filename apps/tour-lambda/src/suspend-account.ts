// node src/suspend-account.ts: suspends the account ACCOUNT, at home in AWS_REGION, or with SUSPENDED=no ends that.
import { optional, readEnvironment, required } from './environment.ts';
import { logToConsole } from './log.ts';
import { runProgram } from './program.ts';
import { requireAccountKey } from './publishing/accounts.ts';
import { suspendAccount } from './publishing/suspension.ts';
import { openTable } from './store/table.ts';

await runProgram(async () => {
  const { region, store } = readEnvironment(process.env);
  const account = requireAccountKey(required(process.env, 'ACCOUNT'));
  const suspended = optional(process.env, 'SUSPENDED') !== 'no';
  const note = optional(process.env, 'NOTE');
  const environments = await suspendAccount(
    openTable(store),
    { account, region, suspended, now: Date.now(), ...(note === undefined ? {} : { note }) },
    logToConsole,
  );
  console.log(JSON.stringify({ account, home: region, suspended, environments }));
});
