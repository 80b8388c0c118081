/* committee.h - a committee with its keys, dealing as it should, and one dealer who does not. For tests of
 * the crypto room. */
#ifndef COOP_TESTS_COMMITTEE_H
#define COOP_TESTS_COMMITTEE_H

#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

struct committee {
    unsigned count, threshold;
    struct group_key keys[COMMITTEE_MAX];
    struct point members[COMMITTEE_MAX];
    struct rng rng;
};

static inline struct bytes text(const char *s)
{
    return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static inline void committee_init(struct committee *c, unsigned count, unsigned threshold)
{
    uint8_t seed[KEY_SIZE] = { 42 };

    c->count = count;
    c->threshold = threshold;
    rng_init(&c->rng, seed);
    for (unsigned j = 0; j < count; j++) {
        rng_fill(&c->rng, seed, sizeof seed);
        group_key_init(&c->keys[j], seed);
        c->members[j] = c->keys[j].public_point;
    }
}

static inline struct bytes committee_deal(uint8_t out[DKG_DEAL_MAX], const struct committee *c,
                                          const char *context, uint8_t secret_byte)
{
    uint8_t secret[KEY_SIZE] = { secret_byte };
    size_t size;
    bool fine = dkg_deal_make(out, &size, text(context), c->members, c->count, c->threshold, secret);

    assert(fine && size == dkg_deal_size(c->count, c->threshold));
    return (struct bytes){ out, size };
}

static inline bool committee_accepts(const struct committee *c, const char *context, struct bytes deal)
{
    return dkg_deal_check(text(context), c->members, c->count, c->threshold, deal);
}

enum cheat { CHEAT_NONE, CHEAT_OTHER_SHARE, CHEAT_NOISE, CHEAT_SECOND_ENCODING, CHEATS };

/* A dealer written from the description of the format: everything in order but the share of member `victim`.
 * Its proof verifies. */
static inline struct bytes cheating_deal_in(uint8_t out[DKG_DEAL_MAX], struct committee *c,
                                            struct bytes context, unsigned victim, enum cheat cheat)
{
    static const uint8_t nonce[24] = { 0 },
                         order[] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                     0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                     0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
    uint8_t *proof = out + c->threshold * POINT_SIZE, *shares = proof + 96;
    struct scalar secrets[COMMITTEE_MAX + 1];
    struct point points[COMMITTEE_MAX + 1], shared;
    struct transcript t;

    for (unsigned k = 0; k <= c->threshold; k++) {
        scalar_random(&secrets[k], &c->rng);
        point_base_times(&points[k], &secrets[k]);
        memcpy(k < c->threshold ? out + k * POINT_SIZE : proof + 64, points[k].b, POINT_SIZE);
    }
    for (unsigned j = 1; j <= c->count; j++) {
        struct scalar share = { { 0 } }, x;
        uint8_t key[KEY_SIZE], number[4];
        struct bytes parts[] = { context, BYTES(points[c->threshold].b), BYTES(c->members[j - 1].b),
                                 BYTES(number), BYTES(shared.b) };

        scalar_from_u64(&x, j);
        for (unsigned k = c->threshold; k-- > 0;) {
            scalar_mul(&share, &share, &x);
            scalar_add(&share, &share, &secrets[k]);
        }
        if (j == victim && cheat == CHEAT_OTHER_SHARE)
            scalar_add(&share, &share, &x);
        if (j == victim && cheat == CHEAT_SECOND_ENCODING)
            sodium_add(share.b, order, sizeof order);
        be32_write(number, j);
        point_times(&shared, &c->members[j - 1], &secrets[c->threshold]);
        hash_parts(key, LABEL_DKG_SHARE, parts, ARRAY_SIZE(parts));
        crypto_aead_xchacha20poly1305_ietf_encrypt(shares + (j - 1) * 48, NULL, share.b, SCALAR_SIZE, NULL, 0,
                                                   NULL, nonce, key);
        if (j == victim && cheat == CHEAT_NOISE)
            rng_fill(&c->rng, shares + (j - 1) * 48, 48);
    }
    transcript_init(&t, LABEL_DKG_PROOF);
    transcript_append(&t, "context", context);
    transcript_append_u64(&t, "threshold", c->threshold);
    transcript_append(&t, "members", (struct bytes){ c->members[0].b, c->count * sizeof c->members[0] });
    transcript_append(&t, "shares", (struct bytes){ shares, c->count * 48 });
    knowledge_prove(proof, &t, points, secrets, c->threshold + 1, &c->rng);
    return (struct bytes){ out, dkg_deal_size(c->count, c->threshold) };
}

static inline struct bytes cheating_deal(uint8_t out[DKG_DEAL_MAX], struct committee *c, const char *context,
                                         unsigned victim, enum cheat cheat)
{
    return cheating_deal_in(out, c, text(context), victim, cheat);
}

#endif
