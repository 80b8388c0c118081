/* committee.h - a committee with its keys, dealing as it should, and one dealer who does not. For tests of
 * the crypto room. */
#ifndef COOP_TESTS_COMMITTEE_H
#define COOP_TESTS_COMMITTEE_H

#include "crypto/crypto.h"
#include "crypto/dkg_shared.h"
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

enum cheat { CHEAT_NONE, CHEAT_OTHER_SHARE, CHEAT_OTHER_BLIND, CHEAT_NOISE, CHEAT_SECOND_ENCODING, CHEATS };

/* The sum of what the deals give member `index`; context is the same of all. */
static inline void committee_share(struct dkg_share *sum, const struct committee *c, struct bytes context,
                                   const struct bytes *deals, size_t deal_count, unsigned index)
{
    *sum = (struct dkg_share){ { { 0 } }, { { 0 } } };
    for (size_t i = 0; i < deal_count; i++) {
        struct dkg_share share;
        bool fine = dkg_share_open(&share, context, c->members, c->count, c->threshold, deals[i], index, &c->keys[index - 1]);

        assert(fine);
        dkg_share_add(sum, &share);
    }
}

/* The key of the deals, revealed by the members first .. first + threshold - 1 (going round). */
static inline void committee_reveal(struct committee_key *out, struct committee *c, const struct dkg_share *shares,
                                    const struct bytes *deals, size_t deal_count, unsigned first)
{
    struct point commitments[COMMITTEE_MAX], revealed[COMMITTEE_MAX];
    uint8_t reveal[DKG_REVEAL_SIZE];
    unsigned members[COMMITTEE_MAX];
    bool fine = true;

    dkg_commitments(commitments, deals, deal_count, c->count, c->threshold);
    for (unsigned i = 0; i < c->threshold; i++) {
        unsigned j = (first - 1 + i) % c->count;

        members[i] = j + 1;
        dkg_reveal_make(reveal, text("reveal"), &commitments[j], &shares[j], &c->rng);
        fine = fine && dkg_reveal_check(text("reveal"), &commitments[j], reveal) && point_read(&revealed[i], reveal);
    }
    fine = fine && dkg_combine(out, members, revealed, c->count, c->threshold);
    assert(fine);
}

/* A dealer written from the description of the format: everything in order but the share of member `victim`.
 * Its proof verifies. */
static inline struct bytes cheating_deal_in(uint8_t out[DKG_DEAL_MAX], struct committee *c,
                                            struct bytes context, unsigned victim, enum cheat cheat)
{
    static const uint8_t nonce[24] = { 0 },
                         order[] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                     0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                     0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
    uint8_t *proof = out + c->threshold * POINT_SIZE, *shares = proof + 128;
    struct scalar secrets[COMMITTEE_MAX + 1], blinds[COMMITTEE_MAX + 1] = { { { 0 } } };
    struct point points[COMMITTEE_MAX + 1], shared, blinding;
    struct transcript t;

    dkg_blinding_base(&blinding);
    for (unsigned k = 0; k <= c->threshold; k++) {
        scalar_random(&secrets[k], &c->rng);
        if (k < c->threshold)
            scalar_random(&blinds[k], &c->rng);
        point_base_times(&points[k], &secrets[k]);
        point_times(&shared, &blinding, &blinds[k]);
        point_add(&points[k], &points[k], &shared);
        memcpy(k < c->threshold ? out + k * POINT_SIZE : proof + 96, points[k].b, POINT_SIZE);
    }
    for (unsigned j = 1; j <= c->count; j++) {
        struct scalar pair[2] = { { { 0 } } }, x;
        uint8_t key[KEY_SIZE], number[4];
        struct bytes parts[] = { context, BYTES(points[c->threshold].b), BYTES(c->members[j - 1].b),
                                 BYTES(number), BYTES(shared.b) };

        scalar_from_u64(&x, j);
        for (unsigned k = c->threshold; k-- > 0;)
            for (int i = 0; i < 2; i++) {
                scalar_mul(&pair[i], &pair[i], &x);
                scalar_add(&pair[i], &pair[i], i == 0 ? &secrets[k] : &blinds[k]);
            }
        if (j == victim && (cheat == CHEAT_OTHER_SHARE || cheat == CHEAT_OTHER_BLIND))
            scalar_add(&pair[cheat == CHEAT_OTHER_BLIND], &pair[cheat == CHEAT_OTHER_BLIND], &x);
        if (j == victim && cheat == CHEAT_SECOND_ENCODING)
            sodium_add(pair[0].b, order, sizeof order);
        be32_write(number, j);
        point_times(&shared, &c->members[j - 1], &secrets[c->threshold]);
        hash_parts(key, LABEL_DKG_SHARE, parts, ARRAY_SIZE(parts));
        crypto_aead_xchacha20poly1305_ietf_encrypt(shares + (j - 1) * 80, NULL, pair[0].b, sizeof pair, NULL, 0,
                                                   NULL, nonce, key);
        if (j == victim && cheat == CHEAT_NOISE)
            rng_fill(&c->rng, shares + (j - 1) * 80, 80);
    }
    transcript_init(&t, LABEL_DKG_PROOF);
    transcript_append(&t, "context", context);
    transcript_append_u64(&t, "threshold", c->threshold);
    transcript_append(&t, "members", (struct bytes){ c->members[0].b, c->count * sizeof c->members[0] });
    transcript_append(&t, "shares", (struct bytes){ shares, c->count * 80 });
    representation_prove(proof, &t, &blinding, points, secrets, blinds, c->threshold + 1, &c->rng);
    return (struct bytes){ out, dkg_deal_size(c->count, c->threshold) };
}

static inline struct bytes cheating_deal(uint8_t out[DKG_DEAL_MAX], struct committee *c, const char *context,
                                         unsigned victim, enum cheat cheat)
{
    return cheating_deal_in(out, c, text(context), victim, cheat);
}

#endif
