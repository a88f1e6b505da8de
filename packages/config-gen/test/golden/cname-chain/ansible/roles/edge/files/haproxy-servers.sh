#!/bin/bash
# generated from topologies/cname-chain.yaml by ./isochrone generate; do not edit
# Before a reload: keep. Before a start: forget. Before the end: drain.
set -euo pipefail
ask() { echo "$1" | socat stdio "unix-connect:"/run/haproxy/admin.sock; }
put() { cat >/run/haproxy/admin.state.new && mv /run/haproxy/admin.state.new /run/haproxy/admin.state; }
case $1 in
  forget) echo 1 | put ;;
  keep)
    ask 'show servers state' |
      awk 'NR == FNR { config = config $0 "\n"; next }
        /^#/ || $18 == "" || $18 == "-" { print; next }
        split(config, parts, " " $18 ":") > 1 { split(parts[2], words, " "); $19 = words[1]; print }' /etc/haproxy/haproxy.cfg - | put
    ;;
  drain) ask 'set server drain/flag state maint' ;;
esac
