/* stack_depth.h - how deep into the stack libsodium goes, with some to spare; private to this room.
 *
 * Version 1.0.18 leaves there what it worked on: copies of scalars, their digits, blocks that were hashed. So a call that may have had a secret is
 * followed by zeros. */
#ifndef COOP_CRYPTO_STACK_DEPTH_H
#define COOP_CRYPTO_STACK_DEPTH_H

#include <sodium.h>

enum {
    SCALAR_DEPTH = 1024,
    HASH_DEPTH = 1024,
    POINT_DEPTH = 8192,
    RANGE_DEPTH = 5 << 17, /* of range_prove: half a megabyte of variables, and registers laid down between them, which nobody can name */
};

#endif
