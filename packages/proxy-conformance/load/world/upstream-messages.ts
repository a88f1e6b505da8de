import { z } from 'zod';

/** How an upstream behaves until it is told otherwise. */
export interface Behaviour {
  /** Answers everything with this, health checks included; null: as a healthy API does. */
  readonly status: number | null;
  /** Milliseconds before each answer. */
  readonly delayMs: number;
  /** Hangs up instead of answering, or in the middle of a body; health checks are answered. */
  readonly hangUp: 'never' | 'before-head' | 'in-body';
  /** Makes each answer its connection's last, as a server does that is taken out of service. */
  readonly leaving: boolean;
}

export const healthy: Behaviour = { status: null, delayMs: 0, hangUp: 'never', leaving: false };

/** What the process is told. */
export type UpstreamOrder =
  | ({ readonly kind: 'behave' } & Behaviour)
  /** Closes connections on which nothing is under way, as a gateway does with idle ones. */
  | { readonly kind: 'close-idle' };

export const upstreamOrderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('behave'),
    status: z.int().nullable(),
    delayMs: z.number().nonnegative(),
    hangUp: z.enum(['never', 'before-head', 'in-body']),
    leaving: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('close-idle') }),
]) satisfies z.ZodType<UpstreamOrder>;

/** What the process says, once. */
export const upstreamReadySchema = z.strictObject({ port: z.int() });
