/** What one function may do with the table of some regions. */
export interface TablePermission {
  /** `own`: the region's own replica; `every`: those of all regions. */
  readonly regions: 'own' | 'every';
  /** As IAM names them. */
  readonly actions: readonly string[];
  /** Patterns of partition keys (`dynamodb:LeadingKeys`); every partition where there are none. */
  readonly leadingKeys?: readonly string[];
}

/**
 * What the functions may do, and need: for the stacks, which grant it, and for the tests, which enforce it. Delivery
 * is asked by everybody, so it may read what is public and write nothing but counters. Publishing reads and writes
 * accounts in the region where they are at home, which may be any, and looks in every region for what has arrived.
 */
export const tablePermissions: Readonly<Record<'delivery' | 'publishing', readonly TablePermission[]>> = {
  delivery: [
    { regions: 'own', actions: ['dynamodb:GetItem'], leadingKeys: ['PUB#*', 'PREVIEW#*', 'HEALTH'] },
    { regions: 'own', actions: ['dynamodb:UpdateItem'], leadingKeys: ['COUNT#*'] },
  ],
  publishing: [
    {
      regions: 'every',
      actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    },
  ],
};
