/**
 * A socket that haproxy's configuration lets whoever starts haproxy hold, in a line such as
 * `bind "${ISOCHRONE_EDGE_LISTENER-0.0.0.0:443}"`: the variable may name an inherited one, `fd@N`, and haproxy binds the
 * address itself where nobody sets it.
 */
export interface HeldListener {
  readonly variable: string;
  readonly address: string;
  readonly port: number;
}

/** What a configuration lets be held, in the order of its lines. */
export const listenersOf = (config: string): readonly HeldListener[] =>
  [...config.matchAll(/^\s*bind\s+"\$\{(\w+)-\[?([^\]}]+?)\]?:(\d+)\}"/gm)].map(
    ([, variable = '', address = '', port]) => ({ variable, address, port: Number(port) }),
  );
