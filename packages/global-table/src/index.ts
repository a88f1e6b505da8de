export { type GlobalTable, type GlobalTableOptions, openGlobalTable } from './global-table.ts';
export type { Replica } from './replica.ts';
