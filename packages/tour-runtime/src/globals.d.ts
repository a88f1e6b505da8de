// Both are given by the build: see bundle.ts.

/** The parameter of the function that wraps the bundle. */
declare const isochroneData: unknown;

declare module '*.css' {
  const text: string;
  export default text;
}
