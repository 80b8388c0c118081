/* seal.c - bytes for the holder of a group key, be it one person or a committee.
 *
 * R = r*B || proof of knowledge of r || XChaCha20-Poly1305 under H(R, X, r*X). The key is used once, so the
 * nonce is zero. The proof runs over the context, the receiver and the whole box: without it anybody could
 * put the point of another's deal at the head of a bid and have the committee raise it to its key. Anything
 * altered is refused before a key is derived. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { HEAD_SIZE = POINT_SIZE + KNOWLEDGE_SIZE };
_Static_assert(SEAL_OVERHEAD == HEAD_SIZE + TAG_SIZE, "the header says what is written");

static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = { 0 };

static void seal_transcript(struct transcript *t, const struct point *to, struct bytes context,
                            struct bytes box)
{
    transcript_init(t, LABEL_SEAL_PROOF);
    transcript_append(t, "context", context);
    transcript_append_point(t, "to", to);
    transcript_append(t, "box", box);
}

static void seal_key(uint8_t key[KEY_SIZE], const struct point *ephemeral, const struct point *to,
                     const struct point *shared)
{
    struct bytes parts[] = { BYTES(ephemeral->b), BYTES(to->b), BYTES(shared->b) };

    hash_parts(key, LABEL_SEAL, parts, ARRAY_SIZE(parts));
}

void seal_make(uint8_t *out, const struct point *to, struct bytes context, struct bytes plain,
               struct rng *rng)
{
    struct bytes box = { out + HEAD_SIZE, plain.size + TAG_SIZE };
    struct point ephemeral, shared;
    struct transcript t;
    uint8_t key[KEY_SIZE];
    struct scalar r;

    assert(!point_is_identity(to));
    scalar_random(&r, rng);
    point_base_times(&ephemeral, &r);
    point_times(&shared, to, &r);
    seal_key(key, &ephemeral, to, &shared);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_SIZE, NULL, plain.data, plain.size, context.data,
                                               context.size, NULL, nonce, key);
    declassify(&ephemeral, sizeof ephemeral);
    declassify(out + HEAD_SIZE, box.size);
    seal_transcript(&t, to, context, box);
    knowledge_prove(out + POINT_SIZE, &t, &ephemeral, &r, 1, rng);
    memcpy(out, ephemeral.b, POINT_SIZE);
    scalar_clear(&r);
    sodium_memzero(&shared, sizeof shared);
    sodium_memzero(key, sizeof key);
}

bool seal_ephemeral(struct point *out, const struct point *to, struct bytes context, struct bytes sealed)
{
    struct point ephemeral;
    struct transcript t;

    if (sealed.size < SEAL_OVERHEAD || point_is_identity(to) || !point_read_nonzero(&ephemeral, sealed.data))
        return false;
    seal_transcript(&t, to, context, (struct bytes){ sealed.data + HEAD_SIZE, sealed.size - HEAD_SIZE });
    if (!knowledge_verify(sealed.data + POINT_SIZE, &t, &ephemeral, 1))
        return false;
    *out = ephemeral;
    return true;
}

bool seal_open_shared(uint8_t *out, const struct point *shared, const struct point *to, struct bytes context,
                      struct bytes sealed)
{
    bool fine = !point_is_identity(shared);
    struct point ephemeral;
    uint8_t key[KEY_SIZE];

    declassify(&fine, sizeof fine); /* of no honest key: neither it nor the head is zero */
    if (!fine || !seal_ephemeral(&ephemeral, to, context, sealed))
        return false;
    seal_key(key, &ephemeral, to, shared);
    fine = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data + HEAD_SIZE,
                                                      sealed.size - HEAD_SIZE, context.data, context.size,
                                                      nonce, key) == 0;
    declassify(&fine, sizeof fine);
    sodium_memzero(key, sizeof key);
    return fine;
}

bool seal_open(uint8_t *out, const struct group_key *key, struct bytes context, struct bytes sealed)
{
    struct point ephemeral, shared;
    bool fine;

    if (!seal_ephemeral(&ephemeral, &key->public_point, context, sealed))
        return false;
    point_times(&shared, &ephemeral, &key->secret);
    fine = seal_open_shared(out, &shared, &key->public_point, context, sealed);
    sodium_memzero(&shared, sizeof shared);
    return fine;
}
