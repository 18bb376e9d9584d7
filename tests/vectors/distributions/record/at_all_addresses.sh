#!/bin/sh
# Runs a command where all addresses and host names of the lists are this machine's, and nobody else's network or files
# are touched: at_all_addresses.sh COMMAND…, as root.
exec unshare --net --mount --propagation private sh -c '
  set -e
  ip link set lo up
  for network in 10.0.0.0/8 172.16.0.0/16 192.168.0.0/16; do ip route add local "$network" dev lo; done
  mount -t tmpfs tmpfs /run
  seq 0 99 | awk "{ printf \"10.200.0.%d cache-%02d.example\\n\", \$1 + 1, \$1 }" > /run/hosts
  mount --bind /run/hosts /etc/hosts
  exec "$@"' at_all_addresses "$@"
