/* Forgeries, one a row: what is changed in an honest proof or about the place it is shown in, and why it is
 * refused. Before each row the honest proof is accepted in its own place, so that a row cannot pass for
 * another reason than its own. */
#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "crypto/range_proof.h"
#include "crypto/ring.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

#include <decaf/shake.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>

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

static void context_of(uint8_t out[HASH_SIZE], const struct place *place)
{
    uint8_t numbers[2] = { (uint8_t)place->author, (uint8_t)place->seq };
    struct bytes parts[] = { text(place->network), text(place->topic), text(place->box), text(place->parent),
                             BYTES(numbers) };

    hash_parts(out, LABEL_CONTEXT, parts, ARRAY_SIZE(parts));
}

/* Where a home has one voice: WIRE 6.9. */
static void scope_of(uint8_t out[HASH_SIZE], const struct place *place)
{
    struct bytes parts[] = { text(place->network), text(place->topic), text(place->box) };

    hash_parts(out, LABEL_VOICE, parts, ARRAY_SIZE(parts));
}

/* ---- The honest proofs of two homes, or two members. */

enum proof { DEAL, ADMISSION, BEACON, SEAL, SHARE, KEY_DEAL, COMPLAINT, REVEAL, PROOFS };

static struct scene {
    struct committee homes; /* their ring keys; also the season keys, and the committee */
    uint8_t made[PROOFS][2][ROOM];
    size_t size[PROOFS];
    uint8_t nullifier[2][POINT_SIZE], bad_deal[2][DKG_DEAL_MAX];
    struct point committed[2]; /* what two members' shares of the key are committed to */
} scene;

static const uint8_t plain[] = "a bid of a company";

static void make(enum proof proof, unsigned home)
{
    struct scene *s = &scene;
    uint8_t *out = s->made[proof][home], context[HASH_SIZE], scope[HASH_SIZE],
            secret[KEY_SIZE] = { 1, (uint8_t)home };
    uint64_t values[VALUES] = { 1250, 0, 65535 - home };
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
        committee_blinding(&s->committed[home]);
        point_times(&s->committed[home], &s->committed[home], &share.blind);
        point_add(&s->committed[home], &s->committed[home], &s->homes.members[home]);
        dkg_reveal_make(out, BYTES(context), &s->committed[home], &share, &s->homes.rng);
        s->size[proof] = DKG_REVEAL_SIZE;
        break;
    case PROOFS:
        break;
    }
    assert_true(fine);
}

static int make_all(void **unused)
{
    (void)unused;
    committee_init(&scene.homes, HOMES, THRESHOLD);
    for (int proof = 0; proof < PROOFS; proof++)
        for (unsigned home = 0; home < 2; home++)
            make((enum proof)proof, home);
    return 0;
}

/* As everybody checks it who believes it to be of this place. */
static bool accepted(enum proof proof, const uint8_t *made, size_t size, const struct place *place)
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
    case PROOFS:
        break;
    }
    return false;
}

/* ---- Rows that change bytes. */

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
    END_B = 34
};
/* Admission in a ring of 16: J | 8 bytes | A B C D z_A z_C z X X Y Y f six times; counted from byte 8 on, J
 * apart. */
enum { J, RING_A = 1, RING_B, RING_C, RING_D, Z_A, Z_C, Z, X0, X1, Y0, Y1, F01, F13 = 17 };

static const char decoder[] = "the decoder takes one encoding of each point and scalar",
                  nothing[] = "no point of a proof may be the identity", equality[] = "the folded equality",
                  range[] = "the range proof", transcript[] = "the challenge is a hash of it",
                  ring_sum[] = "the sum over the ring", matrices[] = "the commitments to the digits",
                  knowledge[] = "knowledge of the logarithms", logarithms[] = "equality of the logarithms",
                  nonces[] = "an answer fits its own challenge only";

static const struct row rows[] = {
    { "a value raised by one", DEAL, PLUS, C1, 0, equality },
    { "a value raised by one in the commitment", DEAL, PLUS, V1, 0, equality },
    { "other randomness under a value", DEAL, PLUS, R1, 0, equality },
    { "a demand that cancels another", DEAL, NEGATED, C2, 0, equality },
    { "randomness that cancels another's", DEAL, NEGATED, R2, 0, equality },
    { "a commitment to minus the value", DEAL, NEGATED, V2, 0, equality },
    { "an unencrypted value", DEAL, IDENTITY, R1, 0, nothing },
    { "a cipher that is nothing", DEAL, IDENTITY, C1, 0, nothing },
    { "a commitment to nothing", DEAL, IDENTITY, V3, 0, nothing },
    { "a value known to all", DEAL, BASE, C3, 0, equality },
    { "a neighbour's cipher", DEAL, OTHERS, C1, 0, equality },
    { "a neighbour's randomness", DEAL, OTHERS, R1, 0, equality },
    { "a neighbour's commitment", DEAL, OTHERS, V1, 0, equality },
    { "two values exchanged", DEAL, EXCHANGED, C1, C2, equality },
    { "one value given twice", DEAL, FROM, C2, C1, equality },
    { "two commitments exchanged", DEAL, EXCHANGED, V1, V2, equality },
    { "the second half of a pair for the first", DEAL, EXCHANGED, R1, C1, equality },
    { "another commitment of the equality", DEAL, PLUS, K_V, 0, transcript },
    { "no commitment of the equality", DEAL, IDENTITY, K_R, 0, nothing },
    { "a neighbour's commitment of the equality", DEAL, OTHERS, K_C, 0, nonces },
    { "two commitments of the equality exchanged", DEAL, EXCHANGED, K_V, K_C, transcript },
    { "another answer for the values", DEAL, PLUS, S_X, 0, equality },
    { "another answer for the randomness", DEAL, PLUS, S_R, 0, equality },
    { "an answer with the order added", DEAL, ORDER, S_X, 0, decoder },
    { "a neighbour's answer", DEAL, OTHERS, S_R, 0, nonces },
    { "a cipher with bit 255", DEAL, TOP_BIT, C1, 0, decoder },
    { "randomness written as the negative", DEAL, FIELD, R1, 0, decoder },
    { "other bits", DEAL, PLUS, A_, 0, range },
    { "no bits", DEAL, IDENTITY, A_, 0, nothing },
    { "a neighbour's bits", DEAL, OTHERS, A_, 0, range },
    { "other masks", DEAL, PLUS, S_, 0, range },
    { "bits and masks exchanged", DEAL, EXCHANGED, A_, S_, range },
    { "another linear term", DEAL, PLUS, T1, 0, range },
    { "the terms exchanged", DEAL, EXCHANGED, T1, T2, range },
    { "no square term", DEAL, IDENTITY, T2, 0, nothing },
    { "another product", DEAL, PLUS, T_X, 0, range },
    { "another blinding of the product", DEAL, PLUS, T_B, 0, range },
    { "another blinding of the bits", DEAL, NEGATED, E_B, 0, range },
    { "a product with the order added", DEAL, ORDER, T_X, 0, decoder },
    { "another fold", DEAL, PLUS, L1, 0, range },
    { "left and right exchanged", DEAL, EXCHANGED, L1, L1 + 1, range },
    { "the last fold of another", DEAL, OTHERS, L1 + 11, 0, range },
    { "a fold that is nothing", DEAL, IDENTITY, L1 + 4, 0, nothing },
    { "another end of the argument", DEAL, PLUS, END_A, 0, range },
    { "the ends exchanged", DEAL, EXCHANGED, END_A, END_B, range },
    { "an end with the order added", DEAL, ORDER, END_B, 0, decoder },
    { "no end", DEAL, IDENTITY, END_A, 0, range },

    { "a nullifier with bit 255, a second voice", ADMISSION, TOP_BIT, J, 0, decoder },
    { "a nullifier written as the negative", ADMISSION, FIELD, J, 0, decoder },
    { "another home's nullifier", ADMISSION, OTHERS, J, 0, ring_sum },
    { "no nullifier", ADMISSION, IDENTITY, J, 0, nothing },
    { "a nullifier everybody could have", ADMISSION, BASE, J, 0, ring_sum },
    { "the negative nullifier", ADMISSION, NEGATED, J, 0, ring_sum },
    { "other masks of the digits", ADMISSION, PLUS, RING_A, 0, matrices },
    { "other digits", ADMISSION, PLUS, RING_B, 0, matrices },
    { "digits that are no digits", ADMISSION, OTHERS, RING_C, 0, matrices },
    { "digits and masks exchanged", ADMISSION, EXCHANGED, RING_A, RING_B, matrices },
    { "no squares of the masks", ADMISSION, IDENTITY, RING_D, 0, nothing },
    { "another answer for the blindings", ADMISSION, PLUS, Z_A, 0, matrices },
    { "an answer with the order added", ADMISSION, ORDER, Z_C, 0, decoder },
    { "another answer for the key", ADMISSION, PLUS, Z, 0, ring_sum },
    { "another home's answer for the key", ADMISSION, OTHERS, Z, 0, ring_sum },
    { "another lower term", ADMISSION, PLUS, X0, 0, ring_sum },
    { "the lower terms exchanged", ADMISSION, EXCHANGED, X0, X1, ring_sum },
    { "a lower term with bit 255", ADMISSION, TOP_BIT, X1, 0, decoder },
    { "another lower term of the nullifier", ADMISSION, PLUS, Y0, 0, ring_sum },
    { "terms of key and nullifier exchanged", ADMISSION, EXCHANGED, X1, Y1, ring_sum },
    { "another digit", ADMISSION, PLUS, F01, 0, matrices },
    { "the digits exchanged", ADMISSION, EXCHANGED, F01, F13, matrices },
    { "a digit with the order added", ADMISSION, ORDER, F13, 0, decoder },

    { "a beacon moved by B", BEACON, PLUS, 1, 0, knowledge },
    { "a neighbour's beacon", BEACON, OTHERS, 0, 0, knowledge },
    { "a beacon that is nothing", BEACON, IDENTITY, 1, 0, nothing },
    { "another answer about the beacon", BEACON, PLUS, 5, 0, knowledge },
    { "the answers about the beacon exchanged", BEACON, EXCHANGED, 4, 5, knowledge },
    { "the commitment of another's beacon", BEACON, OTHERS, 2, 0, nonces },

    { "the head of a deal before a bid", SEAL, BASE, 0, 0, knowledge },
    { "another company's head", SEAL, OTHERS, 0, 0, knowledge },
    { "another company's proof", SEAL, OTHERS, 1, 0, nonces },
    { "a bid for everybody", SEAL, IDENTITY, 0, 0, nothing },
    { "an answer with the order added", SEAL, ORDER, 2, 0, decoder },
    { "another company's body", SEAL, OTHERS, 3, 0, "the proof is over the body" },

    { "another point opened", SHARE, PLUS, 0, 0, logarithms },
    { "another member's opened point", SHARE, OTHERS, 1, 0, logarithms },
    { "two opened points exchanged", SHARE, EXCHANGED, 0, 2, logarithms },
    { "nothing opened", SHARE, IDENTITY, 2, 0, logarithms },
    { "an opened point with bit 255", SHARE, TOP_BIT, 0, 0, decoder },
    { "another member's challenge", SHARE, OTHERS, 3, 0, nonces },
    { "a challenge with the order added", SHARE, ORDER, 3, 0, decoder },
    { "an answer with the order added", SHARE, ORDER, 4, 0, decoder },

    { "a key that cancels another's", KEY_DEAL, NEGATED, 0, 0, knowledge },
    { "another member's key for one's own", KEY_DEAL, OTHERS, 0, 0, knowledge },
    { "no key", KEY_DEAL, IDENTITY, 0, 0, nothing },
    { "a polynomial of lower degree", KEY_DEAL, IDENTITY, 2, 0, nothing },
    { "two coefficients exchanged", KEY_DEAL, EXCHANGED, 1, 2, knowledge },
    { "the head of an honest deal over other shares", KEY_DEAL, OTHERS, 6, 0, knowledge },
    { "another member's sealed share", KEY_DEAL, OTHERS, 7, 0, "the proof is over the shares" },
    { "a key with bit 255", KEY_DEAL, TOP_BIT, 0, 0, decoder },
    { "an answer with the order added", KEY_DEAL, ORDER, 4, 0, decoder },

    { "another answer about the blinding", KEY_DEAL, PLUS, 5, 0, knowledge },

    { "another share revealed", REVEAL, PLUS, 0, 0, logarithms },
    { "another member's share for one's own", REVEAL, OTHERS, 0, 0, logarithms },
    { "nothing revealed", REVEAL, IDENTITY, 0, 0, nothing },
    { "a share that cancels", REVEAL, NEGATED, 0, 0, logarithms },
    { "another member's challenge", REVEAL, OTHERS, 1, 0, nonces },
    { "an answer with the order added", REVEAL, ORDER, 2, 0, decoder },
    { "another answer about the blinding", REVEAL, PLUS, 3, 0, logarithms },
    { "a share with bit 255", REVEAL, TOP_BIT, 0, 0, decoder },

    { "other evidence", COMPLAINT, PLUS, 0, 0, logarithms },
    { "evidence against another dealer", COMPLAINT, OTHERS, 0, 0, logarithms },
    { "evidence that is nothing", COMPLAINT, IDENTITY, 0, 0, nothing },
    { "a proof about another dealer", COMPLAINT, OTHERS, 1, 0, nonces },
    { "an answer with the order added", COMPLAINT, ORDER, 2, 0, decoder },
};

/* The nullifier is the first word, what follows it is counted from byte 8. */
static size_t place_of(enum proof proof, size_t word)
{
    return word * WORD + (proof == ADMISSION && word > J ? 8 : 0);
}

/* A point plus B, or its negative; of a scalar, plus one. No scalar of these proofs happens to be the
 * encoding of a point. */
static void word_move(uint8_t *word, bool negate)
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

static void change(uint8_t *bytes, const struct row *row)
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

static void every_changed_field_is_refused(void **unused)
{
    (void)unused;
    assert_true(ARRAY_SIZE(rows) >= 60);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        uint8_t forged[ROOM];
        size_t size = scene.size[row->proof];

        memcpy(forged, scene.made[row->proof][0], ROOM);
        assert_true(accepted(row->proof, forged, size, &home_place));
        change(forged, row);
        assert_memory_not_equal(forged, scene.made[row->proof][0], size);
        if (accepted(row->proof, forged, size, &home_place))
            fail_msg("%s was taken; it should be refused: %s", row->forgery, row->refused_since);
    }
}

/* ---- Rows that change the place. */

static const struct {
    const char *replayed;
    struct place place;
} places[] = {
    { "in another network", { "net 2", "topic", "join", "parent", 0, 0, 0 } },
    { "in another topic", { "net", "topic 2", "join", "parent", 0, 0, 0 } },
    { "in another box", { "net", "topic", "interest", "parent", 0, 0, 0 } },
    { "after another past", { "net", "topic", "join", "parent 2", 0, 0, 0 } },
    { "by another author", { "net", "topic", "join", "parent", 1, 0, 0 } },
    { "as a later word", { "net", "topic", "join", "parent", 0, 1, 0 } },
    { "in another season", { "net", "topic", "join", "parent", 0, 0, 1 } },
};

/* An admission and a key deal know no season key; their places are the ring and the committee, below. */
static void every_replay_elsewhere_is_refused(void **unused)
{
    (void)unused;
    for (int proof = 0; proof < PROOFS; proof++)
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
            bool no_season = proof == ADMISSION || proof == KEY_DEAL;

            if (places[i].place.season != 0 && no_season)
                continue;
            if (accepted((enum proof)proof, scene.made[proof][0], scene.size[proof], &places[i].place))
                fail_msg("proof %d was taken %s", proof, places[i].replayed);
        }
}

static void a_proof_of_one_kind_is_none_of_another(void **unused)
{
    (void)unused;
    for (int made = 0; made < PROOFS; made++)
        for (int shown = 0; shown < PROOFS; shown++)
            if (made != shown && shown != COMPLAINT)
                assert_false(accepted((enum proof)shown, scene.made[made][0], scene.size[made], &home_place));
}

/* ---- Rings. */

static bool admitted_by(const struct point *ring, size_t count)
{
    uint8_t context[HASH_SIZE], scope[HASH_SIZE], nullifier[POINT_SIZE];

    context_of(context, &home_place);
    scope_of(scope, &home_place);
    return admission_check(nullifier, ring, count, BYTES(scope), BYTES(context),
                           (struct bytes){ scene.made[ADMISSION][0], scene.size[ADMISSION] });
}

static void an_admission_holds_for_its_ring_only(void **unused)
{
    struct point ring[HOMES + 1], stranger = POINT_BASE;

    (void)unused;
    memcpy(ring, scene.homes.members, sizeof ring - sizeof *ring);
    assert_true(admitted_by(ring, HOMES));
    assert_false(admitted_by(ring, HOMES - 1)); /* without the last */
    ring[HOMES] = stranger;
    assert_false(admitted_by(ring, HOMES + 1)); /* with a stranger */
    ring[HOMES] = ring[HOMES - 1];
    assert_false(admitted_by(
        ring, HOMES + 1)); /* with the padding said aloud: the same keys, hashed with another count */
    ring[3] = scene.homes.members[4];
    ring[4] = scene.homes.members[3];
    assert_false(admitted_by(ring, HOMES)); /* in another order */
    ring[4] = ring[3];
    assert_false(admitted_by(ring, HOMES)); /* with one key twice */
    memcpy(ring, scene.homes.members, sizeof ring - sizeof *ring);
    ring[8] = POINT_IDENTITY;
    assert_false(admitted_by(ring, HOMES)); /* with a key that is nothing */
    assert_false(admitted_by(ring, 0));
    assert_false(admitted_by(ring, SIZE_MAX));
}

/* Made by hand as admission.c does, on generators or a U of the forger's choice. 0: none, and so accepted. */
enum crafted { CRAFTED_NONE, CRAFTED_G, CRAFTED_H, CRAFTED_U, CRAFTED_KEYS, CRAFTED };

static bool crafted_admission(enum crafted crafted, const struct point *honest_u)
{
    struct point g[RING_GENERATORS_MAX], h, u = *honest_u, keys[HOMES], tag;
    uint8_t made[ADMISSION_MAX], context[HASH_SIZE], scope[HASH_SIZE], nullifier[POINT_SIZE];
    size_t size = POINT_SIZE + ring_proof_size(1u << RING_BITS, ring_digits(RING_BITS, HOMES));
    struct transcript t;
    struct scalar known;
    struct ring ring;

    scalar_random(&known, &scene.homes.rng);
    ring_generators(g, &h);
    memcpy(keys, scene.homes.members, sizeof keys);
    if (crafted == CRAFTED_G)
        point_base_times(&g[0], &known); /* of known logarithm: then any digits can be opened */
    if (crafted == CRAFTED_H)
        point_times(&h, &g[0], &known);
    if (crafted == CRAFTED_U)
        point_base_times(&u, &known); /* the nullifier could be traced to the key */
    if (crafted == CRAFTED_KEYS)
        keys[1] = keys[0]; /* two places of one home */
    context_of(context, &home_place);
    scope_of(scope, &home_place);
    ring_init(&ring, RING_BITS, keys, HOMES, &u, g, &h);
    transcript_init(&t, LABEL_ADMISSION);
    transcript_append(&t, "scope", BYTES(scope));
    transcript_append(&t, "message", BYTES(context));
    ring_prove(made + POINT_SIZE, &tag, &ring, &t, 0, &scene.homes.keys[0].secret, &scene.homes.rng);
    memcpy(made, tag.b, POINT_SIZE);
    return admission_check(nullifier, scene.homes.members, HOMES, BYTES(scope), BYTES(context),
                           (struct bytes){ made, size });
}

static void crafted_generators_prove_nothing(void **unused)
{
    uint8_t scope[HASH_SIZE], uniform[64], input[sizeof LABEL_NULLIFIER + HASH_SIZE];
    struct point u;

    (void)unused;
    scope_of(scope, &home_place);
    memcpy(input, LABEL_NULLIFIER, sizeof LABEL_NULLIFIER);
    memcpy(input + sizeof LABEL_NULLIFIER, scope, HASH_SIZE);
    decaf_sha3_512_hash(uniform, sizeof uniform, input, sizeof input);
    point_from_hash(&u, uniform);
    for (int crafted = CRAFTED_NONE; crafted < CRAFTED; crafted++)
        assert_int_equal(crafted_admission((enum crafted)crafted, &u), crafted == CRAFTED_NONE);
}

/* Bases of another order, or with one whose logarithm the forger knows. */
static void crafted_bases_prove_no_range(void **unused)
{
    static decaf_255_point_t memory[2 * 8 * 2], crafted_memory[2 * 8 * 2];
    struct range_bases honest, crafted;
    static struct range_batch batch;
    uint64_t values[2] = { 3, 255 };

    (void)unused;
    range_bases_init(&honest, memory, 8, 2);
    for (int row = 0; row < 3; row++) {
        struct scalar blindings[2], value, known;
        uint8_t proof[RANGE_PROOF_MAX];
        struct point commitments[2], p;
        struct transcript t;

        range_bases_init(&crafted, crafted_memory, 8, 2);
        scalar_random(&known, &scene.homes.rng);
        point_base_times(&p, &known);
        if (row == 1)
            point_decode(crafted.g[5], &p);
        if (row == 2)
            decaf_255_point_copy(crafted.h[0], crafted.g[0]);
        for (size_t i = 0; i < 2; i++) {
            scalar_random(&blindings[i], &scene.homes.rng);
            scalar_from_u64(&value, values[i]);
            range_commit(&commitments[i], &value, &blindings[i]);
        }
        transcript_init(&t, "range");
        range_prove(proof, &crafted, &t, commitments, values, blindings, &scene.homes.rng);
        transcript_init(&t, "range");
        range_batch_begin(&batch, &honest);
        assert_true(range_batch_add(&batch, &t, commitments, NULL,
                                    (struct bytes){ proof, range_proof_size(range_rounds(8, 2)) },
                                    &scene.homes.rng));
        assert_int_equal(range_batch_holds(&batch), row == 0);
    }
}

/* ---- Openings. */

/* Points of other lots, fewer, more, or in another order: what a share was made for is what it opens. */
static void a_share_opens_only_what_it_was_made_for(void **unused)
{
    const uint8_t *made = scene.made[SHARE][0];
    struct bytes share = { made, scene.size[SHARE] };
    uint8_t context[HASH_SIZE];
    struct point points[POINTS];

    (void)unused;
    context_of(context, &home_place);
    memcpy(points, scene.homes.members + 4, sizeof points);
    assert_true(share_check(&scene.homes.members[0], BYTES(context), points, POINTS, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points, POINTS - 1, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points + 1, POINTS - 1, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), NULL, 0, share));
    assert_false(share_check(&POINT_IDENTITY, BYTES(context), points, POINTS, share));
    points[0] = scene.homes.members[5];
    points[1] = scene.homes.members[4];
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points, POINTS, share));
}

/* A member that hands in another's share under its own name, to be counted twice. */
static void a_stolen_share_is_refused_and_no_member_counts_twice(void **unused)
{
    struct bytes share = { scene.made[SHARE][0], scene.size[SHARE] }, shares[] = { share, share };
    unsigned members[] = { 1, 1 }, none[] = { 0, 1 };
    struct point opened[POINTS];
    uint8_t context[HASH_SIZE];

    (void)unused;
    context_of(context, &home_place);
    for (unsigned thief = 1; thief < HOMES; thief++)
        assert_false(
            share_check(&scene.homes.members[thief], BYTES(context), scene.homes.members + 4, POINTS, share));
    assert_false(combine(opened, POINTS, members, shares, 2));
    assert_false(combine(opened, POINTS, none, shares, 2));
    assert_false(combine(opened, POINTS, members, shares, 0));
    assert_false(combine(opened, POINTS, members, shares, COMMITTEE_MAX + 1));
}

/* ---- Key deals. */

static void an_honest_dealer_cannot_be_blamed(void **unused)
{
    struct bytes honest = { scene.made[KEY_DEAL][0], scene.size[KEY_DEAL] };
    uint8_t context[HASH_SIZE], complaint[DKG_COMPLAINT_SIZE];

    (void)unused;
    context_of(context, &home_place);
    for (unsigned index = 1; index <= MEMBERS; index++) {
        dkg_complaint_make(complaint, BYTES(context), honest, THRESHOLD, index, &scene.homes.keys[index - 1],
                           &scene.homes.rng);
        assert_false(dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest,
                                         index, complaint));
    }
    assert_false(
        dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest, 0, complaint));
    assert_false(dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest,
                                     MEMBERS + 1, complaint));
}

static void a_key_deal_holds_for_its_committee_only(void **unused)
{
    struct bytes deal = { scene.made[KEY_DEAL][0], scene.size[KEY_DEAL] };
    struct point members[MEMBERS];
    uint8_t context[HASH_SIZE];

    (void)unused;
    context_of(context, &home_place);
    memcpy(members, scene.homes.members, sizeof members);
    assert_true(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS - 1, THRESHOLD, deal));
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD - 1, deal));
    members[4] = scene.homes.members[5];
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
    members[4] = POINT_IDENTITY;
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
}

/* ---- One bad proof among a thousand. */

enum { THOUSAND = 1000, DIFFERENT = 20 };

/* A thousand deals of which twenty are different, and a row that is wrong somewhere among them. */
static void a_bad_proof_hides_nowhere_among_a_thousand(void **unused)
{
    struct batch_room *room = aligned_alloc(DEAL_BASES_ALIGNMENT, batch_room_size());
    static const struct {
        size_t place;
        enum change change;
        size_t deal_word, admission_word;
    } hidden[] = { { 0, PLUS, S_X, Z }, { 487, OTHERS, A_, RING_B }, { THOUSAND - 1, TOP_BIT, C1, J } };
    static struct deal_item deals[THOUSAND];
    static struct admission_item admissions[THOUSAND];
    static uint8_t made[2][DIFFERENT][DEAL_MAX], bad[2][ROOM];
    uint8_t scope[HASH_SIZE], contexts[DIFFERENT][HASH_SIZE], nullifier[POINT_SIZE];
    size_t sizes[2];

    (void)unused;
    scope_of(scope, &home_place);
    for (unsigned i = 0; i < DIFFERENT; i++) {
        struct place place = home_place;
        uint64_t values[VALUES] = { i, 0, i };

        place.seq = i;
        context_of(contexts[i], &place);
        assert_true(deal_make(made[0][i], &sizes[0], bases_of(VALUES, BITS), &scene.homes.members[0],
                              BYTES(contexts[i]), values, &scene.homes.rng));
        assert_true(admission_make(made[1][i], &sizes[1], nullifier, scene.homes.members, HOMES, i % HOMES,
                                   &scene.homes.keys[i % HOMES], BYTES(scope), BYTES(contexts[i]),
                                   &scene.homes.rng));
    }
    for (size_t row = 0; row < ARRAY_SIZE(hidden); row++) {
        size_t at = hidden[row].place;

        for (size_t i = 0; i < THOUSAND; i++) {
            deals[i].context = admissions[i].message = BYTES(contexts[i % DIFFERENT]);
            deals[i].deal = (struct bytes){ made[0][i % DIFFERENT], sizes[0] };
            admissions[i].proof = (struct bytes){ made[1][i % DIFFERENT], sizes[1] };
        }
        for (size_t kind = 0; kind < 2; kind++) {
            struct row forged = { .proof = kind == 0 ? DEAL : ADMISSION, .change = hidden[row].change };

            forged.word = kind == 0 ? hidden[row].deal_word : hidden[row].admission_word;
            memcpy(bad[kind], made[kind][at % DIFFERENT], sizes[kind]);
            change(bad[kind], &forged);
        }
        deals[at].deal.data = bad[0];
        admissions[at].proof.data = bad[1];
        deals_check(deals, THOUSAND, bases_of(VALUES, BITS), &scene.homes.members[0], room);
        admissions_check(admissions, THOUSAND, scene.homes.members, HOMES, BYTES(scope), room);
        for (size_t i = 0; i < THOUSAND; i++) {
            assert_int_equal(deals[i].good, i != at);
            assert_int_equal(admissions[i].good, i != at);
        }
    }
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_field_is_refused),
        cmocka_unit_test(every_replay_elsewhere_is_refused),
        cmocka_unit_test(a_proof_of_one_kind_is_none_of_another),
        cmocka_unit_test(an_admission_holds_for_its_ring_only),
        cmocka_unit_test(crafted_generators_prove_nothing),
        cmocka_unit_test(crafted_bases_prove_no_range),
        cmocka_unit_test(a_share_opens_only_what_it_was_made_for),
        cmocka_unit_test(a_stolen_share_is_refused_and_no_member_counts_twice),
        cmocka_unit_test(an_honest_dealer_cannot_be_blamed),
        cmocka_unit_test(a_key_deal_holds_for_its_committee_only),
        cmocka_unit_test(a_bad_proof_hides_nowhere_among_a_thousand),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
