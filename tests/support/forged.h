/* forged.h - honest proofs of every kind, of two homes or two members, how everybody checks them, and the ways to change a word of one. Before
 * each forgery the honest proof is accepted in its own place, so that nothing is refused for another reason than its own. */
#ifndef COOP_TESTS_FORGED_H
#define COOP_TESTS_FORGED_H

#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    HOMES = 9,
    VALUES = 3,
    BITS = 16,
    ROOM = DEAL_MAX + DKG_DEAL_MAX,
    POINTS = 3,
    MEMBERS = 5,
    THRESHOLD = 3,
    WORD = 32
};

/* ---- Where a proof belongs. */

struct place {
    const char *network, *topic, *box, *parent;
    unsigned author, seq, season; /* season: whose key it is sealed to */
};
static const struct place home_place = { "net", "topic", "join", "parent", 0, 0, 0 };

static inline void context_of(uint8_t out[HASH_SIZE], const struct place *place)
{
    uint8_t numbers[2] = { (uint8_t)place->author, (uint8_t)place->seq };
    struct bytes parts[] = { text(place->network), text(place->topic), text(place->box), text(place->parent),
                             BYTES(numbers) };

    hash_parts(out, LABEL_CONTEXT, parts, ARRAY_SIZE(parts));
}

/* Where a home has one voice: WIRE 6.9. */
static inline void scope_of(uint8_t out[HASH_SIZE], const struct place *place)
{
    struct bytes parts[] = { text(place->network), text(place->topic), text(place->box) };

    hash_parts(out, LABEL_VOICE, parts, ARRAY_SIZE(parts));
}

/* ---- The honest proofs of two homes, or two members. */

enum proof { DEAL, ADMISSION, BEACON, SEAL, SHARE, KEY_DEAL, COMPLAINT, REVEAL, CRITERIA, PROOFS };

static struct scene {
    struct committee homes; /* their ring keys; also the season keys, and the committee */
    uint8_t made[PROOFS][2][ROOM];
    size_t size[PROOFS];
    uint8_t nullifier[2][POINT_SIZE], bad_deal[2][DKG_DEAL_MAX];
    struct point committed[2]; /* what two members' shares of the key are committed to */
} scene;

static const uint8_t plain[] = "a bid of a company";

/* A deal of points to three criteria: a hundred in all, and no fewer to the first than to the last. */
static inline const struct deal_bases *criteria_bases(void)
{
    static const struct deal_shape shape = {
        .count = VALUES,
        .bits = { 7, 7, 7 },
        .predicate_count = 2,
        .predicates = { { .coefficient = { 1, 1, 1 }, .low = 100, .high = 100 },
                        { .coefficient = { 1, 0, -1 }, .low = 0, .high = INT64_MAX } },
    };

    return bases_for(&shape);
}

static inline void make(enum proof proof, unsigned home)
{
    struct scene *s = &scene;
    uint8_t *out = s->made[proof][home], context[HASH_SIZE], scope[HASH_SIZE],
            secret[KEY_SIZE] = { 1, (uint8_t)home };
    uint64_t values[VALUES] = { 1250, 0, 65535 - home }, criteria[VALUES] = { 50, 30 - home, 20 + home };
    struct place place = home_place;
    struct dkg_share share;
    bool fine = true;

    place.author = home;
    context_of(context, &place);
    scope_of(scope, &place);
    switch (proof) {
    case DEAL:
        fine = deal_make(out, &s->size[proof], bases_of(VALUES, BITS), &s->homes.members[0], BYTES(context),
                         values, &s->homes.rng);
        break;
    case ADMISSION:
        fine = admission_make(out, &s->size[proof], s->nullifier[home], s->homes.members, HOMES, home,
                              &s->homes.keys[home], BYTES(scope), BYTES(context), &s->homes.rng);
        break;
    case BEACON:
        fine = beacon_make(out, &s->size[proof], &s->homes.members[0], BYTES(context), &s->homes.rng);
        break;
    case SEAL:
        seal_make(out, &s->homes.members[0], BYTES(context), BYTES(plain), &s->homes.rng);
        s->size[proof] = sizeof plain + SEAL_OVERHEAD;
        break;
    case SHARE: /* members open in one context: that of the box's digest */
        place.author = 0;
        context_of(context, &place);
        share_make(out, &s->homes.keys[home].secret, BYTES(context), s->homes.members + 4, POINTS,
                   &s->homes.rng);
        s->size[proof] = share_size(POINTS);
        break;
    case KEY_DEAL:
        fine =
            dkg_deal_make(out, &s->size[proof], BYTES(context), s->homes.members, MEMBERS, THRESHOLD, secret);
        break;
    case COMPLAINT:
        s->homes.count = MEMBERS;
        s->homes.threshold = THRESHOLD;
        cheating_deal_in(s->bad_deal[home], &s->homes, BYTES(context), 2, CHEAT_OTHER_SHARE);
        dkg_complaint_make(out, BYTES(context),
                           (struct bytes){ s->bad_deal[home], dkg_deal_size(MEMBERS, THRESHOLD) }, THRESHOLD,
                           2, &s->homes.keys[1], &s->homes.rng);
        s->size[proof] = DKG_COMPLAINT_SIZE;
        break;
    case REVEAL:
        place.author = 0;
        context_of(context, &place);
        share = (struct dkg_share){ s->homes.keys[home].secret, s->homes.keys[home + 4].secret };
        dkg_blinding_base(&s->committed[home]);
        point_times(&s->committed[home], &s->committed[home], &share.blind);
        point_add(&s->committed[home], &s->committed[home], &s->homes.members[home]);
        dkg_reveal_make(out, BYTES(context), &s->committed[home], &share, &s->homes.rng);
        s->size[proof] = DKG_REVEAL_SIZE;
        break;
    case CRITERIA:
        fine = deal_make(out, &s->size[proof], criteria_bases(), &s->homes.members[0], BYTES(context), criteria,
                         &s->homes.rng);
        break;
    case PROOFS:
        break;
    }
    assert_true(fine);
}

static inline int make_all(void **unused)
{
    (void)unused;
    committee_init(&scene.homes, HOMES, THRESHOLD);
    for (int proof = 0; proof < PROOFS; proof++)
        for (unsigned home = 0; home < 2; home++)
            make((enum proof)proof, home);
    return 0;
}

/* As everybody checks it who believes it to be of this place. */
static inline bool accepted(enum proof proof, const uint8_t *made, size_t size, const struct place *place)
{
    struct scene *s = &scene;
    uint8_t context[HASH_SIZE], scope[HASH_SIZE], nullifier[POINT_SIZE], opened[sizeof plain];
    const struct point *joint = &s->homes.members[place->season];
    struct ciphertext pairs[VALUES];
    struct bytes in = { made, size };

    context_of(context, place);
    scope_of(scope, place);
    switch (proof) {
    case DEAL:
        return deal_check(pairs, bases_of(VALUES, BITS), joint, BYTES(context), in);
    case ADMISSION:
        return admission_check(nullifier, s->homes.members, HOMES, BYTES(scope), BYTES(context), in);
    case BEACON:
        return beacon_check(pairs, joint, BYTES(context), in);
    case SEAL:
        return seal_open(opened, &s->homes.keys[place->season], BYTES(context), in);
    case SHARE:
        return share_check(joint, BYTES(context), s->homes.members + 4, POINTS, in);
    case KEY_DEAL:
        return dkg_deal_check(BYTES(context), s->homes.members, MEMBERS, THRESHOLD, in);
    case COMPLAINT:
        return dkg_complaint_check(
            BYTES(context), s->homes.members, MEMBERS, THRESHOLD,
            (struct bytes){ s->bad_deal[place->author], dkg_deal_size(MEMBERS, THRESHOLD) },
            2 + place->season, made);
    case REVEAL:
        return size == DKG_REVEAL_SIZE && dkg_reveal_check(BYTES(context), &s->committed[place->season], made);
    case CRITERIA:
        return deal_check(pairs, criteria_bases(), joint, BYTES(context), in);
    case PROOFS:
        break;
    }
    return false;
}

/* ---- Changes. */

enum change {
    PLUS, /* a point plus B, a scalar plus one */
    NEGATED,
    IDENTITY,  /* or the scalar zero: 32 zero bytes */
    BASE,      /* a point everybody knows the logarithm of */
    TOP_BIT,   /* bit 255: libsodium 1.0.18 takes it for the same */
    ORDER,     /* s + L */
    FIELD,     /* the negative field element: another encoding of the same point */
    OTHERS,    /* the same field of another's proof */
    FROM,      /* another field of this proof */
    EXCHANGED, /* with another field of this proof */
};

struct row {
    const char *forgery;
    enum proof proof;
    enum change change;
    size_t word, other;
    const char *refused_since;
};

/* Deal of 3: R1 C1 R2 C2 R3 C3 V1 V2 V3 | K_V K_R K_C s_x s_r | A S T1 T2 t_x t~ e~ | L R six times | a b. */
enum {
    R1,
    C1,
    R2,
    C2,
    R3,
    C3,
    V1,
    V2,
    V3,
    K_V,
    K_R,
    K_C,
    S_X,
    S_R,
    A_,
    S_,
    T1,
    T2,
    T_X,
    T_B,
    E_B,
    L1,
    END_A = 33,
    END_B = 34,
    CRITERIA_END_A = 31, /* 21 bits of values, 2 of a sum and 7 of a difference: five rounds */
    CRITERIA_END_B
};
/* Admission in a ring of 16: J | 8 bytes | A B C D z_A z_C z X X Y Y f six times; counted from byte 8 on, J
 * apart. */
enum { J, RING_A = 1, RING_B, RING_C, RING_D, Z_A, Z_C, Z, X0, X1, Y0, Y1, F01, F13 = 17 };

/* The nullifier is the first word, what follows it is counted from byte 8. */
static inline size_t place_of(enum proof proof, size_t word)
{
    return word * WORD + (proof == ADMISSION && word > J ? 8 : 0);
}

/* A point plus B, or its negative; of a scalar, plus one. No scalar of these proofs happens to be the
 * encoding of a point. */
static inline void word_move(uint8_t *word, bool negate)
{
    struct scalar s, one;
    struct point p;

    scalar_from_u64(&one, 1);
    if (point_read_nonzero(&p, word)) {
        (negate ? point_sub : point_add)(&p, negate ? &POINT_IDENTITY : &p, negate ? &p : &POINT_BASE);
        memcpy(word, p.b, WORD);
        return;
    }
    assert_true(scalar_read(&s, word));
    if (negate)
        scalar_negate(&s, &s);
    else
        scalar_add(&s, &s, &one);
    memcpy(word, s.b, WORD);
}

static inline void change(uint8_t *bytes, const struct row *row)
{
    static const uint8_t order[WORD] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                         0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
    static const uint8_t prime[WORD] = { 0xed, [1] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff,       0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff,       0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff,       0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
    uint8_t *word = bytes + place_of(row->proof, row->word),
            *other = bytes + place_of(row->proof, row->other), kept[WORD];

    memcpy(kept, word, WORD);
    switch (row->change) {
    case PLUS:
    case NEGATED:
        word_move(word, row->change == NEGATED);
        break;
    case IDENTITY:
        memset(word, 0, WORD);
        break;
    case BASE:
        memcpy(word, POINT_BASE.b, WORD);
        break;
    case TOP_BIT:
        word[WORD - 1] |= 0x80;
        break;
    case ORDER:
        sodium_add(word, order, WORD);
        break;
    case FIELD:
        memcpy(word, prime, WORD);
        sodium_sub(word, kept, WORD);
        break;
    case OTHERS:
        memcpy(word, scene.made[row->proof][1] + place_of(row->proof, row->word), WORD);
        break;
    case FROM:
        memcpy(word, other, WORD);
        break;
    case EXCHANGED:
        memcpy(word, other, WORD);
        memcpy(other, kept, WORD);
        break;
    }
}

#endif
