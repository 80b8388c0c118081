#!/bin/sh
# pure.sh ROOM LIBRARY [LIBRARY-BELOW...] - the compiled room calls nothing but what is listed here, and keeps no state.
#
# Happy path: says how many functions it calls and ends with 0. Failure: one line per symbol that is not listed, or per variable that
# is neither constant nor on the stack, and 1. ROOM is crypto or proto. Works on sanitized builds too.
set -eu
if [ $# -lt 2 ]; then
    echo "usage: pure.sh crypto|proto LIBRARY [LIBRARY-BELOW...]" >&2
    exit 2
fi
room=$1
shift

# An assertion that fails ends the process, with a sentence on stderr: the one word either room has to the world.
common='__assert_fail'
# Bytes and text in memory; _chk are the same with the room checked (_FORTIFY_SOURCE). snprintf writes to memory only.
common="$common mem(chr|cmp|cpy|move|set) str(chr|cmp|cspn|len|ncmp|rchr|spn) (v|)snprintf"
common="$common __(mem(cpy|move|set)|v?snprintf)_chk"
# What compilers add by themselves: stack protector, position-independent code, integer arithmetic the machine lacks (libgcc), sanitizers,
# coverage of a fuzzer.
common="$common __stack_chk_fail _GLOBAL_OFFSET_TABLE_ __(popcount|clz|ctz|u?div|u?mod|mul)[sdt]i[1-4] __(asan|ubsan|sanitizer)_.*"

# libsodium, what works on secrets: constant-time comparison, wiping.
crypto='sodium_(memzero|stackzero|memcmp|compare|is_zero)'
# libsodium, what is a function of its inputs. Nothing that draws randomness of its own (keygen, keypair, random), no heap of its own.
crypto="$crypto crypto_aead_x?chacha20poly1305_ietf_(en|de)crypt crypto_generichash_(init|update|final) crypto_shorthash"
crypto="$crypto crypto_stream_chacha20(_xor_ic)? crypto_sign_(detached|verify_detached|seed_keypair)"
crypto="$crypto crypto_scalarmult(_base)? crypto_scalarmult_ristretto255(_base)?"
crypto="$crypto crypto_core_ristretto255_(add|sub|from_hash|is_valid_point)"
crypto="$crypto crypto_core_ristretto255_scalar_(add|sub|mul|invert|negate|reduce)"
# libdecaf, points only: sums over public data; and its SHA-3, which has no secret-dependent step.
crypto="$crypto decaf_255_point_(add|sub|double|negate|eq|encode|decode|base|identity)"
crypto="$crypto DECAF_SHA(3_512|KE256)_params_s decaf_sha3_(init|update|output|hash|destroy)"

# The heap, bounded by proto/limits.h; sorting and searching in memory.
proto='malloc calloc realloc aligned_alloc free qsort bsearch'
# IEEE arithmetic: exact and the same everywhere (WIRE 12.3), or only a guess of what is cheaper.
proto="$proto sqrt floor"
# Byte order, which msgpack-c takes from libc where the compiler does not do it itself.
proto="$proto (n|h)to(h|n)(l|s)"
# Secrets pass through this room too.
proto="$proto sodium_(memzero|memcmp|is_zero)"

case $room in
crypto) allowed="$common $crypto" ;;
proto) allowed="$common $proto" ;;
*)
    echo "pure.sh: no list for $room" >&2
    exit 2
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -u "$1" >"$work/undefined"
nm --defined-only "$@" >"$work/defined"
objdump -t "$1" >"$work/table"
printf '%s\n' $allowed | sed 's/.*/^(&)$/' >"$work/allowed"
awk 'NF == 3 { print $3 }' "$work/defined" | sort -u >"$work/have"
awk 'NF == 2 && $1 ~ /^[Uwv]$/ { print $2 }' "$work/undefined" | sort -u >"$work/need"
[ -s "$work/have" ] || {
    echo "$1: holds nothing"
    exit 1
}
comm -23 "$work/need" "$work/have" >"$work/calls"
status=0
if grep -Ev -f "$work/allowed" "$work/calls" >"$work/refused"; then
    sed "s|.*|$room calls &, which is not on the list of tests/tools/pure.sh|" "$work/refused"
    status=1
fi
# Constants that hold addresses live in .data.rel.ro; a section's own entry is no variable, and sanitizers note what they guard.
awk -v room="$room" '
    { section = "" }
    { for (i = 1; i < NF; i++) if ($i ~ /^\.(data|bss|tdata|tbss)/ || $i == "*COM*") section = $i }
    section != "" && section !~ /^\.data\.rel\.ro/ && $NF != section && $NF !~ /^__odr_asan\./ {
        print room " keeps state in " $NF " (" section ")"
        bad++
    }
    END { exit bad > 0 }' "$work/table" || status=1
[ $status -ne 0 ] || echo "$room: $(wc -l <"$work/calls") functions called, all listed; no state"
exit $status
