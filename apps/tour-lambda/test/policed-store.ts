import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { TablePermission } from '@isochrone/tours';
import { onTestFinished } from 'vitest';
import type { StoreSettings } from '../src/store/client.ts';
import { portOf } from './store.ts';

/** The same store, to somebody who may do only this: whatever else is asked meets what IAM would answer. */
export async function policedStore(
  permissions: readonly TablePermission[],
  settings: StoreSettings,
): Promise<StoreSettings & { readonly denied: readonly string[] }> {
  const denied: string[] = [];
  const door = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const action = `dynamodb:${String(request.headers['x-amz-target']).split('.')[1]}`;
    const partition = partitionIn(body.toString());
    if (!allows(permissions, action, partition)) {
      denied.push(`${action} ${partition}`);
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(
        JSON.stringify({
          __type: 'com.amazon.coral.service#AccessDeniedException',
          Message: `not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
        }),
      );
      return;
    }
    const { method, url, headers } = request;
    const passed = ask(new URL(url ?? '/', settings.endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.end(body);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  onTestFinished(async () => {
    door.close();
    door.closeAllConnections();
    await once(door, 'close');
  });
  return { ...settings, endpoint: `http://127.0.0.1:${portOf(door)}`, denied };
}

function allows(permissions: readonly TablePermission[], action: string, partition: string): boolean {
  return permissions.some(
    ({ actions, leadingKeys }) =>
      actions.includes(action) &&
      (leadingKeys === undefined ||
        leadingKeys.some((pattern) =>
          pattern.endsWith('*') ? partition.startsWith(pattern.slice(0, -1)) : partition === pattern,
        )),
  );
}

function partitionIn(body: string): string {
  const { Key: key, Item: item, ExpressionAttributeValues: values } = JSON.parse(body);
  return (key ?? item)?.pk?.S ?? values?.[':pk']?.S ?? '';
}
