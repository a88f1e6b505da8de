// node src/suspend-account.ts: suspends the account ACCOUNT in the table of AWS_REGION, or with SUSPENDED=no ends that.
// REGIONS and HOME_REGION are those of the topology.
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
  const topology = {
    home: required(process.env, 'HOME_REGION'),
    regions: required(process.env, 'REGIONS').split(','),
  };
  const environments = await suspendAccount(
    openTable(store),
    { account, region, topology, suspended, now: Date.now(), ...(note === undefined ? {} : { note }) },
    logToConsole,
  );
  console.log(JSON.stringify({ account, home: region, suspended, environments }));
});
