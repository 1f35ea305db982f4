#!/usr/bin/env bash
# Makes two images out of Debian's packages and what this machine has installed, for machines that cannot pull any:
#   vigil-base            Debian, Node 20 or newer and npm: a base for deploy/Dockerfile
#   vigil-test-influxdb   Debian's InfluxDB 1.x, used like the official image
# Needs root, debootstrap, influxd, node and npm. Does nothing where both images exist.
set -euo pipefail

have() { docker image inspect "$1" >/dev/null 2>&1; }
have vigil-base && have vigil-test-influxdb && exit 0

# The machine's own Node and npm, also where an npm script has put others first.
PATH=$(tr : '\n' <<<"$PATH" | grep -v 'node_modules/.bin$' | paste -sd:)
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debian=$work/debian

codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase --include=ca-certificates "$codename" "$debian" >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log"; exit 1; }
rm -rf "$debian"/var/cache/apt/archives/*.deb "$debian"/var/lib/apt/lists/*

import() { # name, docker's changes…
  local name=$1 changes=()
  shift
  for change in "$@"; do changes+=(--change "$change"); done
  tar -C "$debian" -c . | docker import "${changes[@]}" - "$name" >/dev/null
  echo "made the image $name"
}

# InfluxDB first: it is one static program, which is then taken out again.
install -D "$(command -v influxd)" "$debian/usr/bin/influxd"
import vigil-test-influxdb 'CMD ["influxd"]' 'EXPOSE 8086' 'VOLUME /var/lib/influxdb' \
  'ENV INFLUXDB_DATA_DIR=/var/lib/influxdb/data INFLUXDB_DATA_WAL_DIR=/var/lib/influxdb/wal' \
  'ENV INFLUXDB_META_DIR=/var/lib/influxdb/meta INFLUXDB_REPORTING_DISABLED=true'
rm "$debian/usr/bin/influxd"

# What this machine trusts and where it gets its packages from holds for the builds in the image too: behind a proxy
# with a certificate of its own nothing could be installed otherwise.
install -D "$(readlink -f "$(command -v node)")" "$debian/usr/bin/node"
mkdir -p "$debian/usr/lib/node_modules" "$debian/usr/etc"
cp -r "$npm" "$debian/usr/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$debian/usr/bin/npm"
cp -L /etc/ssl/certs/ca-certificates.crt "$debian/etc/ssl/certs/ca-certificates.crt"
echo "registry=$(npm config get registry)" >"$debian/usr/etc/npmrc"
import vigil-base 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' 'CMD ["bash"]'
