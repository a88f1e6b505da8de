# Brings this edge to the release that its parameter names: every hash is checked, the engine judges the
# configuration, and only then it takes the place of the running one. A release that is refused changes nothing.

releases=$root/var/lib/isochrone/releases
current=$root/etc/isochrone
umask 027
mkdir -p "$releases"
exec 9>"$root/var/lib/isochrone/lock"
flock 9
work=$(mktemp -d "$releases/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT

refuse() {
  echo "release $1 is refused: $2" >&2
  exit 1
}

fetch_manifest() {
  local url expected
  url=$(aws ssm get-parameter --region "$REGION" --name "$RELEASE_PARAMETER" --query Parameter.Value --output text)
  bucket=${url#s3://}
  bucket=${bucket%%/*}
  aws s3 cp --region "$REGION" --only-show-errors "$url" "$work/manifest"
  # The name of a manifest is its hash.
  expected=${url##*/}
  expected=${expected%%.*}
  echo "$expected  $work/manifest" | sha256sum --check --quiet || refuse "$url" 'the manifest is not what its name says'
  aws secretsmanager get-secret-value --region "$REGION" --secret-id "$CERTIFICATE_SECRET" \
    --query SecretString --output text >"$work/edge.pem"
}

# Lines of: SHA-256, key in the manifest's bucket, name of the file.
fetch_files() {
  local hash key file
  while read -r hash key file; do
    aws s3 cp --region "$REGION" --only-show-errors "s3://$bucket/$key" "$work/$file"
    echo "$hash  $work/$file" | sha256sum --check --quiet || refuse "$id" "$file is not what the manifest says"
  done <"$work/manifest"
}

# The configuration names files by where they will be; for the trial it names them where they are now.
engine_accepts() {
  local file
  case $ENGINE in
    haproxy)
      file=$1/haproxy.cfg
      sed "s#$current/#$1/#g" "$file" >"$1/trial" && haproxy -c -q -f "$1/trial"
      ;;
    fastify)
      file=$1/edge-proxy.json
      sed "s#$current/#$1/#g" "$file" >"$1/trial" && "$root/opt/isochrone/node" "$1/main.mjs" --config "$1/trial" --check
      ;;
  esac
}

point_to() {
  ln -s "$1" "$current.new"
  mv --no-target-directory "$current.new" "$current"
}

# A reload keeps every connection; other code needs a new process.
start_current() {
  if systemctl is-active --quiet isochrone-edge.service && cmp --silent "$1/main.mjs" "$current/main.mjs"; then
    systemctl reload isochrone-edge.service
  elif [[ $ENGINE == haproxy ]] && systemctl is-active --quiet isochrone-edge.service; then
    systemctl reload isochrone-edge.service
  else
    systemctl restart isochrone-edge.service
  fi
}

answers() {
  local deadline=$((SECONDS + START_TIMEOUT))
  until [[ $(edge_status) != 000 ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

tell_days_left() {
  local stamp=$root/var/lib/isochrone/days-told end days
  [[ -z $(find "$stamp" -mmin -30 2>/dev/null) ]] || return 0
  end=$(openssl x509 -noout -enddate -in "$current/edge.pem")
  days=$((($(date --date "${end#*=}" +%s) - $(date +%s)) / 86400))
  aws cloudwatch put-metric-data --region "$REGION" --namespace Isochrone/Edge --metric-name CertificateDaysLeft \
    --dimensions "Instance=$INSTANCE" --value "$days" && touch "$stamp"
}

fetch_manifest
id=$(cat "$work/manifest" "$work/edge.pem" | sha256sum | cut -c 1-16)
previous=$(readlink "$current" || true)
if [[ $previous == "$releases/$id" ]]; then
  tell_days_left
  exit 0
fi
fetch_files
engine_accepts "$work" || refuse "$id" "$ENGINE does not accept it"
rm -rf "${releases:?}/$id"
mv "$work" "$releases/$id"
chown -R root:isochrone "$releases/$id"
chmod 750 "$releases/$id"
point_to "$releases/$id"
if ! start_current "$previous" || ! answers; then
  if [[ -n $previous ]]; then
    point_to "$previous"
    systemctl restart isochrone-edge.service
  fi
  refuse "$id" "$ENGINE does not answer with it"
fi
echo "release $id runs"
tell_days_left
# The last three are kept, for whoever wants to know what changed.
find "$releases" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d ' ' -f 2 |
  while read -r old; do [[ $old == "$releases/$id" ]] || rm -rf "$old"; done
