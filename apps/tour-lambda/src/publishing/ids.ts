import { monotonicFactory } from 'ulid';

/** A ULID of this moment (milliseconds since 1970): sorts by time, and in the order of making in one process. */
export const newId: (now: number) => string = monotonicFactory();
