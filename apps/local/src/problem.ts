import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** One thing that is wrong with a request. */
export interface Wrong {
  /** Dotted path of the value in the body or the query; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Says that a request makes no sense, and all that is wrong with it (RFC 9457). */
export const nonsense = (reply: FastifyReply, problems: readonly Wrong[]): FastifyReply =>
  reply
    .code(422)
    .type('application/problem+json')
    .send({
      status: 422,
      title: 'Unprocessable Content',
      detail: problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
      problems,
    });

export const wrongs = (error: z.ZodError): readonly Wrong[] =>
  error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
