#!/usr/bin/env bash
# A Noise implementation by others speaks with a real node, in both roles.
#   noise_peer_test.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1
. "$here/npm.sh"
npm_or_skip "$build/npm-noise" noise-handshake@4.2.0

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
"$build/coopair" init --home "$home/home" >/dev/null

node "$here/noise_peer.cjs" "$build/coopair" "$home/home"
