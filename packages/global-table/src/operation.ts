/** One value of DynamoDB's JSON, such as `{"S": "a"}`; passed on, never looked into. */
type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/** A request that changes one item. */
export interface Write {
  readonly table: string;
  /** The item whole (PutItem), or only its key. */
  readonly names: Item;
}

/** Operations that change an item and are replicated. What else writes, is refused: it would be lost silently. */
const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const UNKNOWN_WRITES: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
]);

/** `PutItem` for the header `DynamoDB_20120810.PutItem`. */
export const operationOf = (target: string | undefined): string => target?.split('.')[1] ?? '';

export const isWrite = (operation: string): boolean => WRITES.has(operation);
export const isUnknownWrite = (operation: string): boolean => UNKNOWN_WRITES.has(operation);

/** What a request's body would change; undefined where it is not of the protocol, which the store will say. */
export function writeIn(body: string): Write | undefined {
  const { TableName: table, Item: item, Key: key } = objectIn(body);
  const names = item ?? key;
  return typeof table === 'string' && isItem(names) ? { table, names } : undefined;
}

export const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null;

export function objectIn(body: string): Readonly<Partial<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
