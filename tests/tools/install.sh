#!/usr/bin/env bash
# Brings what coopair is built from on Debian 12: only what is missing is installed, so a second run needs neither network nor root.
# Sourced by node/try and tests/run.
set -euo pipefail

packages=(
    gcc make cmake pkg-config # to build
    libsodium-dev             # every operation that depends on a secret
    libdecaf-dev              # sums of public points
    libmsgpack-dev            # the wire
    liblmdb-dev               # the store
    libuv1-dev                # the loop: sockets, processes, signals
    libjansson-dev            # OCDS and --json
    libexpat1-dev             # Green Button, workbooks, CAMT
    zlib1g-dev                # what is in a ZIP archive
    libqrencode-dev           # the QR of an invitation
    gettext                   # what is said in French: msgfmt to build, xgettext to test
    libcmocka-dev             # tests
    iproute2                  # tests between homes on several networks
)

missing_packages() { # NAME...
    local name
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || echo "$name"
    done
}

install_packages() { # NAME...
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]}" >&2
        echo "this step knows Debian only; install the same libraries by hand and run again" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "missing: ${missing[*]}" >&2
            echo "run once as root: apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "installing: ${missing[*]}"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}
