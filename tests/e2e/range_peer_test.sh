#!/usr/bin/env bash
# Range proofs by others are ours, and ours are theirs.
#   range_peer_test.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1
. "$here/npm.sh"
npm_or_skip "$build/npm-range" @aptos-labs/confidential-asset-wasm-bindings@0.0.2
node "$here/range_peer.mjs" "$build"
