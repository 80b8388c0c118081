#!/bin/sh
# same_trace.sh SIM SCENARIO... - the same seed gives the same effects, byte for byte, also when fresh memory is filled with another pattern.
set -eu
sim=$1
shift
one=$("$sim" "$@" | grep -o '"trace":"[0-9a-f]*"')
other=$(MALLOC_PERTURB_=165 "$sim" "$@" | grep -o '"trace":"[0-9a-f]*"')
echo "$one"
[ -n "$one" ] && [ "$one" = "$other" ]
