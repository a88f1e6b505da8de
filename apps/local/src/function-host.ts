/**
 * The process of one function, as Lambda runs it: loads the built bundle, then answers invocations, which arrive as
 * messages from the gateway. Usage: function-host.ts BUNDLE
 */
import { pathToFileURL } from 'node:url';

const [, , bundle = ''] = process.argv;
const module: unknown = await import(pathToFileURL(bundle).href);
const handler = typeof module === 'object' && module !== null ? Reflect.get(module, 'handler') : undefined;
if (typeof handler !== 'function') throw new TypeError(`${bundle} exports no handler`);

process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('event' in message)) return;
  const { id, event } = message;
  const context = {
    awsRequestId: String(id),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => 30_000,
  };
  void Promise.resolve()
    .then(() => Reflect.apply(handler, undefined, [event, context]))
    .then(
      (result: unknown) => process.send?.({ id, result: result ?? null }),
      (error: unknown) => {
        console.error(error);
        process.send?.({ id, failed: true });
      },
    );
});
process.send?.({ ready: true });
