/* noise_symmetric.h - the symmetric state of a handshake, for noise.c; names are those of the specification, section 5.2. */
#ifndef COOP_CRYPTO_NOISE_SYMMETRIC_H
#define COOP_CRYPTO_NOISE_SYMMETRIC_H

#include "crypto/crypto.h"

/* HKDF(chain, input, count): the first output replaces the chain, the others follow. */
void noise_hkdf(uint8_t chain[NOISE_HASH_SIZE], uint8_t out[][NOISE_HASH_SIZE], unsigned count, struct bytes input);
void noise_mix_hash(struct noise_handshake *state, struct bytes data);
void noise_mix_key(struct noise_handshake *state, struct bytes input);
void noise_mix_key_and_hash(struct noise_handshake *state, struct bytes input);
/* Returns the bytes written. */
size_t noise_encrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes plain);
/* out holds the plain text: sealed.size, less a tag once there is a key. false: the tag does not hold. */
bool noise_decrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes sealed);

#endif
