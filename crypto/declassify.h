/* declassify.h - marks where what was computed from a secret becomes public, because it is sent, or because
 * its value is the same whatever the secret; private to this room.
 *
 * Nothing happens here but in the build of tests/ctime, in which secrets are undefined memory to valgrind: a
 * branch or an address that depends on them is an error there, and one that depends on what is declassified
 * is not. So each use is a claim to be read: this may be known. */
#ifndef COOP_CRYPTO_DECLASSIFY_H
#define COOP_CRYPTO_DECLASSIFY_H

#ifdef COOP_CTIME
#include <valgrind/memcheck.h>
#define declassify(data, size) ((void)VALGRIND_MAKE_MEM_DEFINED(data, size))
#else
#define declassify(data, size) ((void)0)
#endif

#endif
