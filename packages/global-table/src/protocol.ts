import type { IncomingHttpHeaders, Server } from 'node:http';
import { type Item, isItem, objectIn } from './operation.ts';
import { closed, listening } from './serving.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** DynamoDB's protocol, spoken to the database of one region. */
export interface Protocol {
  /** Passes a client's request on as it came. */
  forward(body: string, headers: IncomingHttpHeaders): Promise<Answer>;
  /** @throws Error where the database refuses */
  call(operation: string, input: unknown): Promise<Readonly<Partial<Record<string, unknown>>>>;
  get(table: string, key: Item): Promise<Item | undefined>;
  /** The names of the attributes that make up a table's key. */
  keyNames(table: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Of the right form, which is all that the database asks of it. */
const SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=local/20270101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

const PASSED_ON = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'];

export async function openProtocol(database: Server): Promise<Protocol> {
  const url = await listening(database);

  const send = async (headers: Record<string, string>, body: string): Promise<Answer> => {
    const response = await fetch(url, { method: 'POST', headers, body });
    const passed = ['content-type', 'x-amzn-requestid', 'x-amz-crc32'].flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    return { status: response.status, headers: Object.fromEntries(passed), body: await response.text() };
  };
  const call: Protocol['call'] = async (operation, input) => {
    const headers = {
      authorization: SIGNATURE,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20270101T000000Z',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const { status, body } = await send(headers, JSON.stringify(input));
    if (status === 200) return objectIn(body);
    throw new Error(`${operation}: ${status} ${body}`);
  };

  return {
    call,
    forward: (body, headers) =>
      send(
        Object.fromEntries(
          PASSED_ON.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
        ),
        body,
      ),
    get: async (table, key) => {
      const { Item: item } = await call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
      return isItem(item) ? item : undefined;
    },
    keyNames: async (table) => {
      const { Table: description } = await call('DescribeTable', { TableName: table });
      const { KeySchema: schema } = isItem(description) ? description : {};
      return Array.isArray(schema)
        ? schema.map((part: { AttributeName?: unknown }) => String(part.AttributeName))
        : [];
    },
    close: () => closed(database),
  };
}
