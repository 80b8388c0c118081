#!/usr/bin/env bash
# The whole street, as `coopair demo` plays it, with what it found checked again from its one JSON object. Leaves the tender package of the round in
# BUILD/demo-tender for the tests that look at it.
#   demo_test.sh BUILD [DEMO-OPTIONS]
set -euo pipefail
build=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

TMPDIR=$work "$build/coopair" demo --json --keep "$@" >"$work/out.json" || {
    echo "the demo failed; the last words of its nodes:"
    tail -n 5 "$work"/coopair-demo-*/home*.log 2>/dev/null || true
    cat "$work/out.json"
    exit 1
}
cat "$work/out.json"
[ "$(wc -l <"$work/out.json")" -eq 1 ] || { echo "not one object on standard output"; exit 1; }

field() { grep -o "\"$1\": *[^,}]*" "$work/out.json" | head -n 1 | sed 's/^[^:]*: *//'; }
expect() { [ "$(field "$1")" = "$2" ] || { echo "$1 is $(field "$1"), not $2"; exit 1; }; }
expect agree "$(field homes)"
expect total "$(field expected_total)"
expect verified true
expect forged_refused true
expect sealed_until_close true
expect letters "$(field accepted)"
[ "$(field total)" -gt 0 ] || { echo "the total is nothing"; exit 1; }

rm -rf "$build/demo-tender"
cp -r "$work"/coopair-demo-*/tender "$build/demo-tender"
