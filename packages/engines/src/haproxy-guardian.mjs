// Stands between the supervisor and haproxy, which knows no lifeline: started by startNode, it takes haproxy into its
// own process group, where the lifeline's SIGKILL reaches both.
import { spawn } from 'node:child_process';

const [binary, ...args] = process.argv.slice(2);
const haproxy = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });

haproxy.once('spawn', () => process.send({ pid: haproxy.pid }));
haproxy.once('error', (error) => {
  process.send({ failed: error.message }, () => process.exit(1));
});
haproxy.once('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  // The supervisor is told how haproxy ended by this process ending the same way.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(1), 1000);
});

// By message, because Node keeps SIGUSR1 for its debugger, and because only haproxy's parent can be sure that the pid
// still is haproxy's.
process.on('message', ({ signal }) => haproxy.kill(signal));
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => haproxy.kill(signal));
