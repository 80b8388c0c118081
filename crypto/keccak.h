/* keccak.h - the permutation Keccak-f[1600] of FIPS 202, over bytes; private to this room. Constant time. */
#ifndef COOP_CRYPTO_KECCAK_H
#define COOP_CRYPTO_KECCAK_H

#include <stdint.h>

enum { KECCAK_STATE_SIZE = 200 };
void keccak_permute(uint8_t state[KECCAK_STATE_SIZE]);

#endif
