import type { PublishedPayload } from './compile.ts';

export interface Script {
  /** The built runtime: the text of a function expression that takes the data. */
  readonly runtime: string;
  readonly payload: PublishedPayload;
  readonly account: string;
  /** Absent for the default one. */
  readonly environment?: string;
  /** The environment's revision that `payload` is. */
  readonly revision: number;
}

/** What the runtime is called with. */
export interface ScriptData extends PublishedPayload {
  readonly account: string;
  /** `production` where it is absent. */
  readonly environment?: string;
  readonly revision: number;
}

/** What `GET /preview/{token}` answers: one draft, in the shape of what is published. */
export interface PreviewData extends ScriptData {
  readonly preview: {
    readonly tour: string;
    /** RFC 3339. */
    readonly expiresAt: string;
  };
}

/**
 * The script that a browser gets: the runtime, called with the data.
 *
 * The data is a string for `JSON.parse`, not an object literal: a literal's `__proto__` key would set the
 * prototype, and engines parse JSON faster. Nothing in it can end the string, the script element that it may
 * be copied into, or, before ES2019, the line.
 */
export function renderScript({ runtime, payload, ...from }: Script): string {
  const data: ScriptData = { ...from, ...payload };
  return `${runtime.trimEnd()}(JSON.parse(${stringLiteral(JSON.stringify(data))}));\n`;
}

const stringLiteral = (text: string): string =>
  JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What is delivered where an account, or an environment of it, is suspended. It does nothing, and says why. */
export const suspendedScript = '/* isochrone: suspended */\n';
