#!/bin/sh
# arrows.sh [FOLDER] - includes go one way between the rooms: crypto <- proto, crypto <- store, node on top.
#
# Happy path: says how many includes it saw and ends with 0. Failure: one line per include that does not fit, and 1. Checked: a file includes
# its own room, and of the rooms below only their public headers; inside proto and node, an inner room knows its own and those before it
# in the lists below; nothing includes tests; crypto and proto include no system header but those
# listed here, none of which does I/O, tells the time or starts a thread. What they call is pure.sh's business.
set -eu
cd "${1:-$(dirname "$0")/../..}"

find crypto proto store node -name '*.[ch]' | sort | xargs awk '
BEGIN {
    below["crypto"] = ""
    below["proto"] = " crypto "
    below["store"] = " crypto "
    below["node"] = " crypto proto store "
    face["crypto"] = " crypto/base.h crypto/crypto.h crypto/labels.h "
    face["proto"] = " proto/limits.h proto/proto.h proto/wire.h "
    face["store"] = " store/store.h "
    # Records, what they mean, what a member does about it; how they travel and who joins it all share one state.
    rank["proto/form"] = 1
    rank["proto/fold"] = 2
    rank["proto/duty"] = 3
    rank["proto/overlay"] = rank["proto/core"] = 4
    # Sentences and figures; pure functions over bytes and readings; one home and what it wants; what is asked of it, by whom.
    rank["node/tongue"] = 1
    rank["node/import"] = rank["node/tender"] = 2
    rank["node/advice"] = rank["node/profile"] = 3
    rank["node/home"] = 4
    rank["node/wish"] = 5
    rank["node/care"] = 6
    rank["node/serve"] = 7
    rank["node/run"] = 8
    rank["node/command"] = 9
    rank["node/demo"] = 10
    # Of stdio.h only the formatting of text into memory is used: pure.sh sees to that.
    plain = " assert.h inttypes.h limits.h math.h sodium.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h "
    # valgrind/memcheck.h: only in the build of tests/ctime.
    system_headers["crypto"] = plain "decaf/point_255.h decaf/shake.h valgrind/memcheck.h "
    system_headers["proto"] = plain "msgpack/pack.h "
}
function refuse(why) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, why
    bad++
}
function inner_rank(path) { # 0: lies in no inner room
    if (gsub(/\//, "/", path) < 2)
        return 0
    sub(/\/[^\/]*$/, "", path)
    return path in rank ? rank[path] : 99
}
function quoted(room, path, to) {
    to = path
    sub(/\/.*/, "", to)
    if (to == room) {
        if (inner_rank(path) > inner_rank(FILENAME) && inner_rank(FILENAME) > 0)
            refuse("an inner room does not know those after it")
        return
    }
    if (!index(below[room], " " to " "))
        refuse("the arrow from " room " does not lead there")
    else if (!index(face[to], " " path " "))
        refuse("not a public header of " to)
}
/^[ \t]*#[ \t]*include/ {
    room = FILENAME
    sub(/\/.*/, "", room)
    path = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", path)
    kind = substr(path, 1, 1)
    path = substr(path, 2)
    sub(/[">].*/, "", path)
    seen++
    if (kind == "\"")
        quoted(room, path)
    else if (kind != "<")
        refuse("neither a file nor a system header")
    else if (path ~ /^(crypto|proto|store|node|tests)\//)
        refuse("ours, so in quotes")
    else if (room in system_headers && !index(system_headers[room], " " path " "))
        refuse(room " may not know it")
}
END {
    if (!seen) {
        print "arrows: no include seen: not the source folder?"
        bad++
    }
    if (!bad)
        printf "arrows: %d includes, all along the arrows\n", seen
    exit bad > 0
}'
