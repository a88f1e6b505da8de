import { destination, type Logger, pino } from 'pino';

/** A log line waits for as many bytes of others, but no longer than this. */
const BUFFER_BYTES = 2_048;
const DELAY_MS = 100;

/** What a pipe takes as one piece (PIPE_BUF): the lines of workers that write to the same one do not mix. */
const WRITE_BYTES = 4_096;

/** While nobody reads standard output, no more than this is kept; what comes then is lost. */
const KEPT_BYTES = 8_388_608;

/**
 * Standard output, written in the background: a write for each request costs a fifth of the CPU, and whoever is slow
 * to read would hold up visitors. What is left is written at exit.
 */
export const standardOutput = () =>
  destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: WRITE_BYTES,
    maxLength: KEPT_BYTES,
    periodicFlush: DELAY_MS,
  });

/** The log of a process, for what is about no request. */
export const createLog = (
  level: string,
  instance: string,
  stream: ReturnType<typeof standardOutput>,
): Logger => pino({ level, base: { instance } }, stream);
