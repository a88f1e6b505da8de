# Makes an edge of this machine: engine, agents, release, and only when it answers its address. Runs once, as root.
# Needs: the settings of /etc/default/isochrone-edge, and isochrone-pull.

wait_for_release() {
  local deadline=$((SECONDS + RELEASE_TIMEOUT))
  until isochrone-pull; do
    if ((SECONDS >= deadline)); then
      echo "no release could be started in $RELEASE_TIMEOUT s; is the certificate in $CERTIFICATE_SECRET?"
      return 1
    fi
    sleep 10
  done
}

wait_until_healthy() {
  local deadline=$((SECONDS + HEALTH_TIMEOUT)) status
  until status=$(edge_status) && [[ $status == 200 ]]; do
    if ((SECONDS >= deadline)); then
      echo "/healthz says $status after $HEALTH_TIMEOUT s"
      return 1
    fi
    sleep 1
  done
}

install_engine() {
  local packages=(awscli ca-certificates curl openssl)
  [[ $ENGINE == haproxy ]] && packages+=(haproxy socat)
  apt-get update -q
  apt-get install -q -y --no-install-recommends "${packages[@]}"
  adduser --system --group --home /nonexistent --no-create-home isochrone
  case $ENGINE in
    # The package starts one with a configuration of its own.
    haproxy) systemctl disable --now haproxy.service ;;
    fastify) install_node ;;
  esac
}

install_node() {
  local archive
  archive=$(mktemp)
  curl --fail --silent --show-error --location --retry 5 --output "$archive" "$NODE_URL"
  echo "$NODE_SHA512  $archive" | sha512sum --check --quiet
  mkdir -p "$root/opt/isochrone"
  tar --extract --gzip --file "$archive" --directory "$root/opt/isochrone" --strip-components 2 package/bin/node
  rm "$archive"
}

# Session Manager instead of SSH, and what ships the logs. An edge serves without either, so neither stops it.
install_agents() {
  local folder
  folder=$(mktemp -d)
  for url in "$SSM_AGENT_URL" "$LOG_AGENT_URL"; do
    curl --fail --silent --show-error --retry 5 --output "$folder/${url##*/}" "$url" || return 1
    dpkg --install "$folder/${url##*/}" || return 1
  done
  rm -r "$folder"
  amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$root/etc/isochrone-logs.json"
}

signal() {
  aws cloudformation signal-resource --region "$REGION" --stack-name "$STACK" \
    --logical-resource-id "$RESOURCE" --unique-id "$instance_id" --status "$1"
}

failed() {
  echo "boot failed at line $1"
  # Told at once, or the stack would wait for its whole timeout. A machine that replaces another has no stack waiting.
  signal FAILURE || true
  exit 1
}

instance_id=$(metadata instance-id)
trap 'failed $LINENO' ERR
mkdir -p "$root/var/log/isochrone" "$root/var/lib/isochrone"
install_engine
install_agents || echo 'an agent could not be installed: no logs are shipped, or no session can be opened'
systemctl daemon-reload
wait_for_release
systemctl enable isochrone-edge.service
wait_until_healthy
systemctl enable --now isochrone-pull.timer isochrone-leave.service
# Last: whoever has this address has visitors.
aws ec2 associate-address --region "$REGION" --instance-id "$instance_id" \
  --allocation-id "$ALLOCATION_ID" --allow-reassociation
signal SUCCESS || echo 'no stack was waiting'
