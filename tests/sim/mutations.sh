#!/usr/bin/env bash
# mutations.sh BUILD SOURCE CC LIBRARIES... - can the simulator fail? One small mistake at a time is put into a copy of one file of proto/, linked
# in the place of the good one, and the scenario named for it in mutations.txt must find it; without the mistake the same scenario finds nothing.
#
# A mistake that sed no longer finds is a failure too: the table is to be kept with the code. ONLY=WORD tries the rows whose name has that word.
# SHRINK=N: with N homes, and what fails must be made smaller, and fail again by the command that is printed.
set -euo pipefail
build=$1 source=$2 cc=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects=("$build"/tests/sim_objects/CMakeFiles/sim_world.dir/*.o)

shrinks() { # SIM SCENARIO...
    local said small again
    said=$(timeout 500 "$@" --nodes "$SHRINK" --shrink)
    small=$(sed -n 's/^still fails with \([0-9]*\) homes.*/\1/p' <<<"$said")
    again=$(sed -n 's/^  sim //p' <<<"$said")
    # shellcheck disable=SC2086
    [ -n "$small" ] && [ "$small" -lt "$SHRINK" ] && ! "$1" $again >/dev/null 2>&1
}

try() { # NAME FILE SED SCENARIO
    local dir=$work/$5 said
    mkdir "$dir"
    sed -e "$3" "$source/proto/$2" >"$dir/mutant.c"
    if cmp -s "$dir/mutant.c" "$source/proto/$2"; then
        echo "STALE   $1: sed changes nothing in proto/$2"
        return 1
    fi
    if ! "$cc" -std=c11 -O1 -w -D_FORTIFY_SOURCE=0 ${MUTATION_FLAGS:-} -I"$source" -c "$dir/mutant.c" -o "$dir/mutant.o" 2>"$dir/errors"; then
        echo "BROKEN  $1: $(head -1 "$dir/errors")"
        return 1
    fi
    "$cc" ${MUTATION_FLAGS:-} -o "$dir/sim" "${objects[@]}" "$dir/mutant.o" "${@:6}"
    # shellcheck disable=SC2086
    if [ -n "${SHRINK:-}" ] && ! shrinks "$dir/sim" $4; then
        echo "LARGE   $1: is not made smaller"
        return 1
    fi
    # shellcheck disable=SC2086
    if timeout 120 "$dir/sim" --first $4 >"$dir/out" 2>&1; then
        echo "MISSED  $1: $4"
        return 1
    fi
    said=$(grep -m1 -E 'FAILED|Assertion' "$dir/out" | cut -c1-110 || true)
    echo "found   $1: ${said:-ended with an error}"
    rm -rf "$dir"
}

missed=0 rows=0
while IFS= read -r row; do
    [[ $row == '#'* || $row != *' @ '* ]] && continue
    name=${row%%" @ "*} row=${row#*" @ "}
    file=${row%%" @ "*} row=${row#*" @ "}
    change=${row%" @ "*} scenario=${row##*" @ "}
    case $name in *"${ONLY:-}"*) ;; *) continue ;; esac
    rows=$((rows + 1))
    try "$name" "$file" "$change" "$scenario" "$rows" "$@" || missed=$((missed + 1))
done <"$source/tests/sim/mutations.txt"
echo "$rows mutations, $missed not found"
[ "$missed" -eq 0 ]
