#!/bin/bash
# Boots a real systemd in namespaces of its own, with a scratch layer above this machine's files: nothing of it stays.
# Usage: boot.sh FOLDER, which has root/ (files to lay over) and gets report.
set -euo pipefail
folder=$1

hierarchies=()
for each in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  [[ -w $each/cgroup.procs ]] && hierarchies+=("$each")
done

# A control group of its own: systemd takes what it stands in for the root of its tree.
for hierarchy in "${hierarchies[@]}"; do
  mkdir -p "$hierarchy/isochrone-verify"
  echo $$ >"$hierarchy/isochrone-verify/cgroup.procs"
done
leave() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    echo $$ >"$hierarchy/cgroup.procs"
    find "$hierarchy/isochrone-verify" -depth -type d -exec rmdir {} + || true
  done
}
trap leave EXIT

machine() {
  set -euo pipefail
  mount -t tmpfs tmpfs "$folder/scratch"
  mkdir "$folder"/scratch/{upper,work,root}
  root=$folder/scratch/root
  mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/scratch/upper,workdir=$folder/scratch/work" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t sysfs sysfs "$root/sys"
  if [[ -e /sys/fs/cgroup/cgroup.procs ]]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
    mkdir "$root"/sys/fs/cgroup/{systemd,unified}
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
  fi
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  mkdir "$root/run/result"
  mount --bind "$folder/result" "$root/run/result"
  ip link set lo up
  cp --recursive "$folder/root/." "$root"
  mkdir -p "$root/var/log/isochrone"
  echo 'isochrone:x:990:990::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
  echo 'isochrone:x:990:' >>"$root/etc/group"
  chown -R 0:990 "$root/etc/isochrone"
  exec chroot "$root" env --ignore-environment container=verify PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /usr/lib/systemd/systemd --system --unit=verify.service
}
export folder
export -f machine
# Longer than the scenario takes; whoever ends unshare ends all that it started.
timeout --signal KILL 100 unshare --mount --pid --fork --kill-child --cgroup --net --uts --ipc bash -c machine
