#!/bin/bash
# generated from topologies/production.yaml by ./isochrone generate; do not edit
# Before a reload: keep. Before a start: forget.
set -euo pipefail
case $1 in
  forget) echo 1 ;;
  keep)
    echo 'show servers state' | socat stdio "unix-connect:"/run/haproxy/admin.sock |
      awk 'NR == FNR { config = config $0 "\n"; next }
        /^#/ || $18 == "" || $18 == "-" || index(config, " " $18 ":" $19 " ")' /etc/haproxy/haproxy.cfg -
    ;;
esac >/run/haproxy/admin.state.new
mv /run/haproxy/admin.state.new /run/haproxy/admin.state
