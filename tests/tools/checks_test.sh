#!/bin/sh
# checks_test.sh CC - each check of the rooms passes a sound sample and refuses each broken one, for the reason it should.
#
# A sample is a tiny source tree, or a library compiled from a few lines. Happy path: "N samples" and 0. Failure: which sample was judged
# wrongly, what the check said, and 1.
set -eu
tools=$(cd "$(dirname "$0")" && pwd)
cc=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# judge EXPECTED NAME COMMAND...: EXPECTED is "passes", or words that must be in what a failing check says.
judge() {
    expected=$1
    sample=$2
    shift 2
    status=0
    "$@" >"$work/said" 2>&1 || status=$?
    count=$((count + 1))
    if [ "$expected" = passes ]; then
        [ $status -ne 0 ] || return 0
    elif [ $status -ne 0 ] && grep -qF -e "$expected" "$work/said"; then
        return 0
    fi
    echo "$sample: should have been \"$expected\"; ended with $status and said:"
    cat "$work/said"
    failed=1
}

# A sound tree, then one file replaced.
tree() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/crypto" "$work/tree/proto" "$work/tree/store" "$work/tree/node/import" "$work/tree/node/home" "$work/tree/node/serve" "$work/tree/proto/form" "$work/tree/proto/duty"
    printf '#include "crypto/keccak.h"\n#include <sodium.h>\n#include <decaf/point_255.h>\n' >"$work/tree/crypto/a.c"
    printf '#include "proto/fold/topic.h"\n#include "crypto/crypto.h"\n#include <math.h>\n' >"$work/tree/proto/a.c"
    printf '#include "store/layout.h"\n#include "crypto/base.h"\n#include <lmdb.h>\n' >"$work/tree/store/a.c"
    printf '#include "node/home/node.h"\n#include "proto/wire.h"\n#include "store/store.h"\n#include <uv.h>\n' >"$work/tree/node/a.c"
    [ $# -eq 0 ] || printf '%s\n' "$2" >"$work/tree/$1"
}

arrow() {
    tree "$2" "$3"
    judge "$1" "arrows: $2 with $3" "$tools/arrows.sh" "$work/tree"
}
tree
judge passes "arrows: sound" "$tools/arrows.sh" "$work/tree"
arrow passes node/import/b.c '#include "crypto/labels.h"'
arrow "does not lead there" crypto/b.c '#include "proto/proto.h"'
arrow "does not lead there" crypto/b.h '#include "store/store.h"'
arrow "does not lead there" proto/b.c '#include "store/store.h"'
arrow "does not lead there" proto/b.c '  #  include  "node/home/node.h"'
arrow "does not lead there" store/b.c '#include "proto/proto.h"'
arrow "does not lead there" store/b.c '#include "node/home/node.h"'
arrow "does not lead there" node/b.c '#include "tests/support/fault.h"'
arrow "does not lead there" node/b.c '#include "../proto/proto.h"'
arrow "does not lead there" proto/b.c '#include "topic.h"'
arrow passes proto/duty/b.c '#include "proto/fold/topic.h"'
arrow "does not know those after it" proto/form/b.c '#include "proto/fold/topic.h"'
arrow "does not know those after it" proto/duty/b.c '#include "proto/core/core_state.h"'
arrow "does not know those after it" node/import/b.c '#include "node/serve/serve.h"'
arrow "does not know those after it" node/home/b.c '#include "node/wish/wish.h"'
arrow "does not know those after it" node/serve/b.c '#include "node/command/command.h"'
arrow "not a public header" node/import/b.c '#include "proto/fold/topic.h"'
arrow "not a public header" node/b.c '#include "store/layout.h"'
arrow "not a public header" proto/b.h '#include "crypto/keccak.h"'
arrow "ours, so in quotes" crypto/b.c '#include <proto/proto.h>'
arrow "neither a file" proto/b.c '#include HEADER'
for header in time.h sys/time.h unistd.h fcntl.h sys/socket.h pthread.h threads.h signal.h errno.h stdatomic.h uv.h lmdb.h; do
    arrow "may not know it" proto/b.c "#include <$header>"
    arrow "may not know it" crypto/b.h "#include <$header>"
done
arrow "may not know it" proto/b.c '#include <decaf/point_255.h>'
arrow "may not know it" crypto/b.c '#include <msgpack/pack.h>'
rm -rf "$work/tree"/*/*
judge "no include seen" "arrows: empty" "$tools/arrows.sh" "$work/tree"

banned() {
    tree "$2" "$3"
    judge "$1" "banned: $3" "$tools/banned.sh" "$work/tree"
}
tree
judge passes "banned: sound" "$tools/banned.sh" "$work/tree"
for name in strcpy strcat strncpy sprintf vsprintf gets sscanf atoi strtok alloca rand gmtime mktemp system longjmp; do
    banned "$name: use" node/import/b.c "int x = $name(y);"
done
banned "strcpy: use" crypto/b.c '/* one */ strcpy (a, b); /* two */'
banned "strcpy: use" proto/b.h "char c = '\"'; strcpy(a, b);"
banned "alloca: use" store/b.c 'p = __builtin_alloca(n);'
banned "strcpy: use" store/b.c 's = "\" \\"; strcpy(a, b);'
banned passes store/b.c 'snprintf(out, room, "strcpy(a, b) \" gets(c)"); // strcpy(a, b)'
banned passes node/b.c '/* strcpy(a, b) */ strtok_r(a, b, c); my_system(d); gmtime_r(e, f);'
banned passes node/b.c "$(printf '/* one\n strcpy(a, b)\n */')"
rm -rf "$work/tree"/*/*
judge "no file seen" "banned: empty" "$tools/banned.sh" "$work/tree"

# pure EXPECTED ROOM SOURCE
pure() {
    rm -f "$work/lib.a" "$work/a.o"
    printf '%s\n' "$3" >"$work/a.c"
    $cc -w -O0 -fno-builtin -c -o "$work/a.o" "$work/a.c"
    ar rc "$work/lib.a" "$work/a.o"
    judge "$1" "pure: $2: $3" "$tools/pure.sh" "$2" "$work/lib.a"
}
pure passes crypto 'int f(void *p) { extern void sodium_memzero(); sodium_memzero(p, 8); return 1; }'
pure passes proto 'void *f(int n) { extern void *calloc(); return calloc(n, 2); }'
pure passes proto 'static const int table[] = { 1, 2 }; const char *const names[] = { "a", "b" }; int f(int i) { return table[i]; }'
pure passes proto 'int g(int i) { return i; } int f(int i) { return g(i); }'
for name in time clock_gettime gettimeofday getrandom randombytes_buf randombytes read write open socket printf fprintf puts getenv \
    pthread_create nanosleep crypto_sign_keypair crypto_core_ristretto255_scalar_random crypto_aead_chacha20poly1305_ietf_keygen \
    sodium_malloc errno_location mdb_put uv_run strtok; do
    pure "calls $name, which" proto "int f(void) { return $name(); }"
    pure "calls $name, which" crypto "int f(void) { return $name(); }"
done
for name in malloc calloc realloc free qsort; do
    pure "calls $name, which" crypto "int f(void) { return $name(); }"
done
pure "calls decaf_255_scalar_mul" crypto 'int f(void) { return decaf_255_scalar_mul(); }'
pure "calls crypto_scalarmult, which" proto 'int f(void) { return crypto_scalarmult(); }'
pure "keeps state in counter" proto 'static int counter; int f(void) { return counter++; }'
pure "keeps state in counter" crypto 'int counter = 3; int f(void) { return counter++; }'
pure "keeps state in counter" proto '_Thread_local int counter; int f(void) { return counter++; }'
pure "keeps state in last" proto 'int x; int *last = &x; int *f(void) { return last; }'
printf '' >"$work/empty.c" && $cc -c -o "$work/a.o" "$work/empty.c" && rm -f "$work/lib.a" && ar rc "$work/lib.a" "$work/a.o"
judge "holds nothing" "pure: empty" "$tools/pure.sh" proto "$work/lib.a"

[ $failed -ne 0 ] || echo "$count samples, each judged as it should be"
exit $failed
