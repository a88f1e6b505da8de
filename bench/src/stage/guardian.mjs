// Runs a program that knows no lifeline as the child of a process that does: `guardian.mjs PROGRAM ARGUMENTS…`. What
// the program prints on standard output goes nowhere, which costs every contender's access log the same.
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
child.once('spawn', () => process.send({ pid: child.pid }));
child.once('error', (error) => process.send({ failed: error.message }, () => process.exit(1)));
child.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
