/** Files of one running haproxy, as words of a shell: quoted where they need it. */
export interface ServersScriptPaths {
  readonly configFile: string;
  readonly adminSocket: string;
  /** `server-state-file` of the configuration, see `serverStateFile`. */
  readonly stateFile: string;
}

/**
 * What a reload needs besides its signal, as a program for bash with socat: `keep` writes what haproxy knows of its
 * servers (`show servers state`, https://docs.haproxy.org/2.6/management.html#9.3) for the next worker, which would
 * otherwise answer 503 until it has resolved their names; `forget` lets a fresh start know nothing. A server that has
 * another name or port in the configuration now is left out, since the state would win.
 */
export const renderServersScript = ({
  configFile,
  adminSocket,
  stateFile,
}: ServersScriptPaths): string => `#!/bin/bash
# Before a reload: keep. Before a start: forget.
set -euo pipefail
case $1 in
  forget) echo 1 ;;
  keep)
    echo 'show servers state' | socat stdio "unix-connect:"${adminSocket} |
      awk 'NR == FNR { config = config $0 "\\n"; next }
        /^#/ || $18 == "" || $18 == "-" || index(config, " " $18 ":" $19 " ")' ${configFile} -
    ;;
esac >${stateFile}.new
mv ${stateFile}.new ${stateFile}
`;
