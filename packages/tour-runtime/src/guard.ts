/**
 * Runs `action`; what it throws is told on the console and goes no further. Everything that the browser calls in
 * this script (listeners, timers, observers) is wrapped in it: a fault of ours must not reach the page's own
 * error handling.
 */
export function guard<Result>(what: string, action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    report(what, error);
    return undefined;
  }
}

/** Starts an asynchronous job whose failure is told on the console and nowhere else. */
export function guardAsync(what: string, job: () => Promise<void>): void {
  job().catch((error: unknown) => report(what, error));
}

/** What fails in every frame should not fill a console. */
const MOST_REPORTS = 20;
let reports = 0;

function report(what: string, error: unknown): void {
  reports += 1;
  if (reports <= MOST_REPORTS) console.warn(`isochrone: ${what}:`, error);
}
