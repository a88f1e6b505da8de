import { styleText } from 'node:util';

/** What a command found, for people and for programs. */
export interface Outcome {
  readonly ok: boolean;
  /** What `--json` prints after `ok`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The answer, for stdout. */
  readonly report: string;
  /** What is wrong, for stderr; empty when the report says it. */
  readonly complaint: string;
  /** Where there is more to tell than whether it is fine. */
  readonly exitCode?: ExitCode;
}

export type ExitCode = 0 | 1 | 2 | 3;

export const exitCodes = { fine: 0, problems: 1, misuse: 2 } as const satisfies Record<string, ExitCode>;

/** Of `plan`, as those of Terraform's plan: any error, misuse included, is 1. */
export const planExitCodes = { none: 0, changes: 2, refused: 3 } as const satisfies Record<string, ExitCode>;

/** Prints an outcome and returns the exit code that tells it. */
export function tell({ ok, data, report, complaint, exitCode }: Outcome, asJson: boolean): ExitCode {
  if (asJson) {
    printJson({ ok, ...data });
  } else {
    if (report !== '') process.stdout.write(`${report}\n`);
    if (complaint !== '') process.stderr.write(`${complaint}\n`);
  }
  return exitCode ?? (ok ? exitCodes.fine : exitCodes.problems);
}

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

type Style = Parameters<typeof styleText>[0];

/** Styles a text for a stream: not at all where it is no terminal, or where NO_COLOR is set. */
export const paint = (style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(style, text, { stream });

/** `1 region`, `3 regions`, `2 proxies`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
