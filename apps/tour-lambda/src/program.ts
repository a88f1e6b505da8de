import { TourLambdaError } from './errors.ts';

/** Runs a program of the command line: what people can mend is told without a stack trace. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const known = error instanceof TourLambdaError;
    console.error(
      known ? `${error.code} ${error.message}${error.hint ? `\n  ${error.hint}` : ''}` : String(error),
    );
    process.exitCode = 1;
  }
}
