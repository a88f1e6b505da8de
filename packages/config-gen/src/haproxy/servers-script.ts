/** Files of one running haproxy, as words of a shell: quoted where they need it. */
export interface ServersScriptPaths {
  readonly configFile: string;
  readonly adminSocket: string;
  /** `server-state-file` of the configuration, see `serverStateFile`. */
  readonly stateFile: string;
}

/**
 * What haproxy needs besides its signals, as a program for bash with socat. `keep`, before a reload, writes
 * what haproxy knows of its servers (`show servers state`, https://docs.haproxy.org/2.6/management.html#9.3) for the next
 * worker, which would otherwise answer 503 until it has resolved their names. The state wins over the configuration, so a
 * server gets the port that it has there now, and one of another name is left out. `forget` lets a fresh start know
 * nothing. `drain`, long before the end or right before it, turns `/healthz` to 503 and lets what comes on open
 * connections find its way while haproxy leaves.
 */
export const renderServersScript = ({
  configFile,
  adminSocket,
  stateFile,
}: ServersScriptPaths): string => `#!/bin/bash
# Before a reload: keep. Before a start: forget. Before the end: drain.
set -euo pipefail
ask() { echo "$1" | socat stdio "unix-connect:"${adminSocket}; }
put() { cat >${stateFile}.new && mv ${stateFile}.new ${stateFile}; }
case $1 in
  forget) echo 1 | put ;;
  keep)
    ask 'show servers state' |
      awk 'NR == FNR { config = config $0 "\\n"; next }
        /^#/ || $18 == "" || $18 == "-" { print; next }
        split(config, parts, " " $18 ":") > 1 { split(parts[2], words, " "); $19 = words[1]; print }' ${configFile} - | put
    ;;
  drain) ask 'set server drain/flag state maint' ;;
esac
`;
