#!/bin/sh
# banned.sh [FOLDER] - no room calls what cannot be called safely, or what has a better form here.
#
# Happy path: says how many files it read and ends with 0. Failure: one line per call with what to use instead, and 1.
# Comments and strings are not looked at. Tests are no room: they may take a short cut on their own data.
set -eu
cd "${1:-$(dirname "$0")/../..}"

find crypto proto store node -name '*.[ch]' | sort | xargs awk '
function ban(names, instead, list, count, i) {
    count = split(names, list, " ")
    for (i = 1; i <= count; i++)
        use[list[i]] = instead
}
BEGIN {
    ban("strcpy strcat stpcpy wcscpy", "snprintf, or memcpy with a size that was checked")
    ban("strncpy strncat stpncpy", "snprintf: these leave no end, or fill what nobody reads")
    ban("sprintf vsprintf", "snprintf, which knows the room")
    ban("gets scanf fscanf sscanf vsscanf", "strtoull on a line that was read: these have no bounds and overflow silently")
    ban("atoi atol atoll atof", "strtoull and its end pointer: these cannot say that it was no number")
    ban("strtok", "strcspn or strtok_r: this one has one state for the whole process")
    ban("alloca", "a fixed array or malloc: the stack has no failure")
    ban("rand srand random srandom drand48 lrand48", "struct rng, seeded by the caller")
    ban("gmtime localtime ctime asctime", "gmtime_r: these share one buffer")
    ban("tmpnam tempnam mktemp", "mkstemp: these race")
    ban("system popen", "uv_spawn with an argument list: no shell sees our words")
    ban("bcopy bzero", "memmove, memset; sodium_memzero for secrets")
    ban("setjmp longjmp", "a status")
}
# The line without comments, strings and characters emptied.
function code_of(line, out, mark) {
    out = ""
    for (;;) {
        if (in_comment) {
            if (!match(line, /\*\//))
                return out
            line = substr(line, RSTART + 2)
            in_comment = 0
        }
        if (!match(line, /"|\047|\/\*|\/\//))
            return out line
        mark = substr(line, RSTART, RLENGTH)
        out = out substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (mark == "//")
            return out
        if (mark == "/*") {
            in_comment = 1
            continue
        }
        while (line != "" && substr(line, 1, 1) != mark)
            line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
        out = out mark mark
        line = substr(line, 2)
    }
}
FNR == 1 {
    files++
    in_comment = 0
}
{
    code = code_of($0)
    while (match(code, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(code, RSTART, RLENGTH - 1)
        code = substr(code, RSTART + RLENGTH)
        sub(/[ \t]+$/, "", name)
        sub(/^__builtin_/, "", name)
        if (name in use) {
            printf "%s:%d: %s: use %s\n", FILENAME, FNR, name, use[name]
            bad++
        }
    }
}
END {
    if (!files) {
        print "banned: no file seen: not the source folder?"
        bad++
    }
    if (!bad)
        printf "banned: %d files, nothing banned is called\n", files
    exit bad > 0
}'
