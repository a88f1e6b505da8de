# When the group takes this machine out: turns /healthz to 503, goes on serving until no resolver names it, then lets go.

drain() {
  case $ENGINE in
    haproxy) isochrone-servers drain ;;
    fastify) systemctl kill --kill-whom main --signal SIGUSR2 isochrone-edge.service ;;
  esac
}

until [[ $(metadata autoscaling/target-lifecycle-state) == Terminated ]]; do sleep "$LEAVE_INTERVAL"; done
echo "leaving: serving for $DRAIN s more"
end=$((SECONDS + DRAIN))
drain
while ((SECONDS < end)); do
  sleep 1
  # A haproxy that was started again meanwhile knows nothing of it.
  if [[ $ENGINE == haproxy ]]; then drain || true; fi
done
aws autoscaling complete-lifecycle-action --region "$REGION" --auto-scaling-group-name "$GROUP" \
  --lifecycle-hook-name drain --lifecycle-action-result CONTINUE --instance-id "$(metadata instance-id)"
