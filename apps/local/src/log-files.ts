import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** One log file per process, for one run of the world. */
export interface LogFiles {
  readonly directory: string;
  /** Appends lines to `<name>.log`. */
  readonly writer: (name: string) => (line: string) => void;
  close(): Promise<void>;
}

export function openLogFiles(directory: string): LogFiles {
  mkdirSync(directory, { recursive: true });
  const streams = new Map<string, WriteStream>();
  const streamOf = (name: string): WriteStream => {
    const open = streams.get(name);
    if (open) return open;
    const stream = createWriteStream(join(directory, `${name}.log`));
    streams.set(name, stream);
    return stream;
  };
  return {
    directory,
    writer: (name) => {
      // From the start, so that a message that names the file names one that exists.
      const stream = streamOf(name);
      return (line) => {
        if (!stream.writableEnded) stream.write(`${line}\n`);
      };
    },
    close: async () => {
      await Promise.all([...streams.values()].map((stream) => new Promise((resolve) => stream.end(resolve))));
    },
  };
}
