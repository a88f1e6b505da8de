#!/bin/bash
set -euo pipefail
root=${ISOCHRONE_ROOT:-}
mkdir -p "$root"/etc/{default,systemd/system,logrotate.d} "$root"/usr/local/{lib,sbin} "$root/var/log"
exec > >(tee -a "$root/var/log/isochrone-boot.log") 2>&1
export DEBIAN_FRONTEND=noninteractive
PATH=$root/usr/local/sbin:$PATH
