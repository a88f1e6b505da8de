#!/bin/bash
# Within that systemd: starts the edge, kills it in every way, and asks it meanwhile. A line each into the report.
exec 2>/run/result/errors
unit=isochrone-edge.service

say() { echo "$*" >>/run/result/report; }

# Who comes on a new connection; nothing is behind this edge, so that a healthy one says 503.
visit() {
  curl --silent --cacert /etc/isochrone/ca.pem --max-time 10 --output /dev/null --write-out '%{http_code}' \
    --connect-to ::127.0.0.1:443 "https://$EDGE_HOSTNAME/healthz"
}

# Five who come at once, after something was done.
visitors() {
  local what=$1 began=$EPOCHREALTIME answers
  answers=$(for _ in 1 2 3 4 5; do visit & echo; done | sort | tr -d '\n')
  if [[ $answers == 503503503503503 ]]; then
    say "ok $what: answered after $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms"
  else
    say "FAILED $what: answers ${answers:-none}, expected five times 503"
  fi
}

main_pid() { systemctl show --property MainPID --value "$unit"; }
worker() { pgrep --parent "$(main_pid)" | tail -n 1; }

kill_worker() {
  local victim
  victim=$(worker)
  # Held still first: it must not accept those who come after its end.
  if [[ -z $victim ]]; then
    say "FAILED to kill: there is no worker"
    return
  fi
  kill -STOP "$victim"
  sleep 0.1
  kill -KILL "$victim"
}

# Whether another master runs than the one given.
expect_another() {
  local now
  now=$(main_pid)
  [[ $1 =~ ^[1-9] && $now =~ ^[1-9] && $now != "$1" ]] || say "FAILED $2: master $1 before, $now after"
}

systemctl start "$unit" || say "FAILED start: $(tail -n 1 /var/log/isochrone/edge.log)"
visitors 'started'
for time in first second third; do
  master=$(main_pid)
  kill_worker
  visitors "its worker is killed, the $time time"
  expect_another "$master" "its worker is killed, the $time time"
  sleep 1
done
master=$(main_pid)
before=$(worker)
if systemctl reload "$unit"; then
  visitors 'reloaded'
else
  say 'FAILED reload: refused'
fi
[[ $(main_pid) == "$master" && $(worker) != "$before" ]] || say "FAILED reload: another master, or the same worker $before"
# The worker from before is gone by then.
sleep 2
kill_worker
visitors 'its worker is killed after a reload'
expect_another "$master" 'its worker is killed after a reload'
sleep 1
master=$(main_pid)
kill -KILL "$master"
visitors 'its master is killed'
expect_another "$master" 'its master is killed'
sleep 1
master=$(main_pid)
systemctl restart "$unit" &
sleep 0.05
visitors 'restarted'
wait
expect_another "$master" restarted
systemctl stop isochrone-edge.socket "$unit"
if [[ $(visit) == 000 ]]; then
  say 'ok stopped with its socket: refused'
else
  say 'FAILED stop: somebody still listens'
fi
say end
