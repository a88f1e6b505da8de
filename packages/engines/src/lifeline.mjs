// Preloaded into every process that startNode starts: when the parent is gone, however it went, the process group goes
// too. The parent holds the other end of an inherited pipe, and the kernel closes that even after a SIGKILL.
// Plain JavaScript, because stripping types here would cost every process 60 ms and 20 MB.
import { isMainThread, Worker } from 'node:worker_threads';

const fd = process.env['ISOCHRONE_LIFELINE'];
// Forks and threads of this process inherit its --import, but not the pipe: they die with the group.
delete process.env['ISOCHRONE_LIFELINE'];

if (isMainThread && fd !== undefined) {
  const leader = process.platform === 'win32' ? process.pid : -process.pid;
  const parent = process.ppid;
  // Where this process ends before the thread below has noticed, as by writing to a parent that is gone.
  process.on('exit', () => {
    if (process.ppid !== parent) process.kill(leader, 'SIGKILL');
  });
  // A thread, so that a main thread stuck in a loop cannot keep the process alive; SIGKILL for the same reason.
  const watch = `
    const { Socket } = require('node:net');
    const lifeline = new Socket({ fd: ${Number(fd)}, readable: true, writable: false });
    lifeline.on('error', () => {});
    lifeline.on('close', () => process.kill(${leader}, 'SIGKILL'));
    lifeline.resume();
  `;
  new Worker(watch, { eval: true, execArgv: [], env: {}, name: 'lifeline' }).unref();
}
