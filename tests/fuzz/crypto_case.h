/* crypto_case.h - one honest example of everything the crypto room checks, made from a fixed seed:
 * fuzz_crypto mutates them and make_corpus writes them down. Whatever a check accepts besides the honest
 * bytes is a forgery or a second encoding. */
#ifndef COOP_TESTS_CRYPTO_CASE_H
#define COOP_TESTS_CRYPTO_CASE_H

#include "crypto/crypto.h"
#include "crypto/range_proof.h"
#include "crypto/ring.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

enum crypto_kind {
    CASE_SEAL,
    CASE_DKG_DEAL,
    CASE_ADMISSION,
    CASE_DEAL,
    CASE_BEACON,
    CASE_SHARE,
    CASE_SIGNATURE,
    CASE_COMPLAINT,
    CASE_RANGE,
    CASE_RING,
    CASE_REVEAL,
    CASE_POINTS, /* a deal of a shape with predicates */
    CASE_KINDS
};
enum {
    CASE_MEMBERS = 4,
    CASE_THRESHOLD = 3,
    CASE_ROSTER = 9,
    CASE_VALUES = 5,
    CASE_BITS = 16,
    CASE_RANGE_VALUES = 2,
    CASE_RANGE_BITS = 8,
    CASE_ROOM = DEAL_MAX + DKG_DEAL_MAX
};

struct crypto_case {
    struct rng rng;
    struct group_key keys[CASE_ROSTER];
    struct point roster[CASE_ROSTER];
    struct sign_key signer;
    struct bytes context, message;
    struct committee committee; /* one of its dealers gave member 2 a bad share */
    uint8_t bad_deal[DKG_DEAL_MAX];
    struct dkg_share share; /* of member 1, as the committee's deals give it */
    struct point committed;
    struct range_bases range;
    decaf_255_point_t range_memory[2 * CASE_RANGE_BITS * CASE_RANGE_VALUES];
    struct point commitments[CASE_RANGE_VALUES];
    struct ring ring;
    struct point nullifier;
};

/* Ten points to give to three wishes, at least as many to the first as to the second. */
static inline const struct deal_bases *crypto_case_points(void)
{
    static const struct deal_shape shape = {
        .count = 3,
        .bits = { 4, 4, 4 },
        .predicate_count = 2,
        .predicates = { { .coefficient = { 1, 1, 1 }, .low = 10, .high = 10 },
                        { .coefficient = { 1, -1 }, .low = 0, .high = INT64_MAX } },
    };

    return bases_for(&shape);
}

/* The private proofs on their own: the transcript of whoever uses them holds one label. */
static inline void crypto_case_range(struct crypto_case *c, uint8_t *out)
{
    uint64_t values[CASE_RANGE_VALUES] = { 200, 7 };
    struct scalar blindings[CASE_RANGE_VALUES], value;
    struct transcript t;

    for (size_t i = 0; i < CASE_RANGE_VALUES; i++) {
        scalar_random(&blindings[i], &c->rng);
        scalar_from_u64(&value, values[i]);
        range_commit(&c->commitments[i], &value, &blindings[i]);
    }
    transcript_init(&t, "range");
    range_prove(out, &c->range, &t, c->commitments, values, blindings, &c->rng);
}

static inline bool crypto_case_range_holds(const struct crypto_case *c, struct bytes in)
{
    static struct range_batch batch;
    struct rng weights;
    struct transcript t;

    rng_init(&weights, c->roster[0].b);
    transcript_init(&t, "range");
    range_batch_begin(&batch, &c->range);
    return range_batch_add(&batch, &t, c->commitments, NULL, in, &weights) && range_batch_holds(&batch);
}

static inline bool crypto_case_ring_holds(const struct crypto_case *c, struct bytes in)
{
    static struct ring_batch batch;
    struct rng weights;
    struct transcript t;

    rng_init(&weights, c->roster[0].b);
    transcript_init(&t, "ring");
    ring_batch_begin(&batch, &c->ring, NULL, 1);
    return ring_batch_add(&batch, &t, &c->nullifier, in, &weights) && ring_batch_holds(&batch);
}

static inline void crypto_case_init(struct crypto_case *c)
{
    static const uint8_t context[] = "a context", message[] = "a message";
    struct point generators[RING_GENERATORS_MAX], h;
    uint8_t seed[KEY_SIZE];

    memset(seed, 0x5e, sizeof seed);
    rng_init(&c->rng, seed);
    for (size_t i = 0; i < CASE_ROSTER; i++) {
        rng_fill(&c->rng, seed, sizeof seed);
        group_key_init(&c->keys[i], seed);
        c->roster[i] = c->keys[i].public_point;
    }
    rng_fill(&c->rng, seed, sizeof seed);
    sign_key_init(&c->signer, seed);
    c->context = (struct bytes){ context, sizeof context - 1 };
    c->message = (struct bytes){ message, sizeof message - 1 };
    committee_init(&c->committee, CASE_MEMBERS, CASE_THRESHOLD);
    cheating_deal(c->bad_deal, &c->committee, "a context", 2, CHEAT_OTHER_SHARE);
    c->share = (struct dkg_share){ c->keys[0].secret, c->keys[1].secret };
    dkg_blinding_base(&c->committed);
    point_times(&c->committed, &c->committed, &c->share.blind);
    point_add(&c->committed, &c->committed, &c->roster[0]);
    range_bases_init(&c->range, c->range_memory, CASE_RANGE_BITS, CASE_RANGE_VALUES);
    ring_generators(generators, &h);
    ring_init(&c->ring, RING_BITS, c->roster, CASE_ROSTER, &c->roster[CASE_ROSTER - 1], generators, &h);
}

static inline struct bytes crypto_case_bad_deal(const struct crypto_case *c)
{
    return (struct bytes){ c->bad_deal, dkg_deal_size(CASE_MEMBERS, CASE_THRESHOLD) };
}

/* The honest bytes of a kind. `out` holds CASE_ROOM. */
static inline size_t crypto_case_make(struct crypto_case *c, enum crypto_kind kind, uint8_t *out)
{
    uint64_t values[CASE_VALUES] = { 1, 20, 300, 4000, 50000 };
    uint8_t nullifier[POINT_SIZE], secret[KEY_SIZE] = { 7 };
    struct transcript t;
    size_t size = CASE_ROOM;
    bool ok = true;

    switch (kind) {
    case CASE_SEAL:
        seal_make(out, &c->roster[0], c->context, c->message, &c->rng);
        size = c->message.size + SEAL_OVERHEAD;
        break;
    case CASE_DKG_DEAL:
        ok = dkg_deal_make(out, &size, c->context, c->roster, CASE_MEMBERS, CASE_THRESHOLD, secret);
        break;
    case CASE_ADMISSION:
        ok = admission_make(out, &size, nullifier, c->roster, CASE_ROSTER, 2, &c->keys[2], c->context,
                            c->message, &c->rng);
        break;
    case CASE_DEAL:
        ok = deal_make(out, &size, bases_of(CASE_VALUES, CASE_BITS), &c->roster[0], c->context, values,
                       &c->rng);
        break;
    case CASE_BEACON:
        ok = beacon_make(out, &size, &c->roster[0], c->context, &c->rng);
        break;
    case CASE_SHARE:
        size = share_size(3);
        share_make(out, &c->keys[0].secret, c->context, c->roster + 1, 3, &c->rng);
        break;
    case CASE_SIGNATURE:
        size = SIGNATURE_SIZE;
        sign_make(out, &c->signer, c->message);
        break;
    case CASE_COMPLAINT:
        size = DKG_COMPLAINT_SIZE;
        dkg_complaint_make(out, c->context, crypto_case_bad_deal(c), CASE_THRESHOLD, 2, &c->committee.keys[1],
                           &c->rng);
        break;
    case CASE_RANGE:
        size = range_proof_size(range_rounds(CASE_RANGE_BITS * CASE_RANGE_VALUES));
        crypto_case_range(c, out);
        break;
    case CASE_RING:
        size = ring_proof_size(c->ring.base, c->ring.digits);
        transcript_init(&t, "ring");
        ring_prove(out, &c->nullifier, &c->ring, &t, 3, &c->keys[3].secret, &c->rng);
        break;
    case CASE_REVEAL:
        size = DKG_REVEAL_SIZE;
        dkg_reveal_make(out, c->context, &c->committed, &c->share, &c->rng);
        break;
    case CASE_POINTS:
        ok = deal_make(out, &size, crypto_case_points(), &c->roster[0], c->context, (const uint64_t[]){ 6, 3, 1 },
                       &c->rng);
        break;
    case CASE_KINDS:
        ok = false;
        break;
    }
    PROPERTY(ok);
    return size;
}

static inline bool crypto_case_check(const struct crypto_case *c, enum crypto_kind kind, struct bytes in)
{
    uint8_t nullifier[POINT_SIZE], plain[CASE_ROOM];
    struct ciphertext ciphertexts[CASE_VALUES];

    switch (kind) {
    case CASE_SEAL:
        return in.size >= SEAL_OVERHEAD && in.size <= CASE_ROOM &&
               seal_open(plain, &c->keys[0], c->context, in);
    case CASE_DKG_DEAL:
        return dkg_deal_check(c->context, c->roster, CASE_MEMBERS, CASE_THRESHOLD, in);
    case CASE_ADMISSION:
        return admission_check(nullifier, c->roster, CASE_ROSTER, c->context, c->message, in);
    case CASE_DEAL:
        return deal_check(ciphertexts, bases_of(CASE_VALUES, CASE_BITS), &c->roster[0], c->context, in);
    case CASE_BEACON:
        return beacon_check(ciphertexts, &c->roster[0], c->context, in);
    case CASE_SHARE:
        return share_check(&c->roster[0], c->context, c->roster + 1, 3, in);
    case CASE_SIGNATURE:
        return in.size == SIGNATURE_SIZE && sign_check(in.data, c->signer.public_key, c->message);
    case CASE_COMPLAINT:
        return in.size == DKG_COMPLAINT_SIZE &&
               dkg_complaint_check(c->context, c->committee.members, CASE_MEMBERS, CASE_THRESHOLD,
                                   crypto_case_bad_deal(c), 2, in.data);
    case CASE_RANGE:
        return crypto_case_range_holds(c, in);
    case CASE_RING:
        return crypto_case_ring_holds(c, in);
    case CASE_REVEAL:
        return in.size == DKG_REVEAL_SIZE && dkg_reveal_check(c->context, &c->committed, in.data);
    case CASE_POINTS:
        return deal_check(ciphertexts, crypto_case_points(), &c->roster[0], c->context, in);
    case CASE_KINDS:
        break;
    }
    return false;
}

#endif
