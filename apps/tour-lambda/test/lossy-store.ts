import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import type { StoreSettings } from '../src/store/client.ts';
import { portOf } from './store.ts';

/** The same store behind a connection that breaks once: after write number `lost`, before its answer is through. */
export async function losingAnswerOfWrite(lost: number, settings: StoreSettings): Promise<StoreSettings> {
  let writes = 0;
  const proxy = createServer((request, response) => {
    const { method, url, headers } = request;
    const isWrite = headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
    const passed = ask(new URL(url ?? '/', settings.endpoint), { method, headers }, (answer) => {
      if (isWrite) writes += 1;
      if (isWrite && writes === lost) {
        answer.resume().once('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(async () => {
    proxy.close();
    proxy.closeAllConnections();
    await once(proxy, 'close');
  });
  return { ...settings, endpoint: `http://127.0.0.1:${portOf(proxy)}` };
}
