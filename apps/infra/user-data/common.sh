# What every script of an edge needs: the settings, and how to ask the engine and the machine's metadata.
# Whoever includes it has set root, which stands before every path, so that the scripts can be run in a folder.
# shellcheck shell=bash disable=SC2154
# shellcheck source=/dev/null
. "$root/etc/default/isochrone-edge"

# The status of /healthz, 000 where nobody answers; name and chain of the certificate are verified.
edge_status() {
  curl --silent --max-time 3 --output /dev/null --write-out '%{http_code}' \
    --connect-to "::$HEALTH_ADDRESS" "https://$EDGE_HOSTNAME/healthz" || true
}

metadata() {
  local token
  token=$(curl --fail --silent --show-error --retry 5 --request PUT http://169.254.169.254/latest/api/token \
    --header 'x-aws-ec2-metadata-token-ttl-seconds: 60')
  curl --fail --silent --show-error --header "x-aws-ec2-metadata-token: $token" \
    "http://169.254.169.254/latest/meta-data/$1"
}
