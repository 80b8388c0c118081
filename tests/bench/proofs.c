/* proofs.c - what the proofs of a round cost: CPU time, instructions (with --count under callgrind), bytes.
 *
 * Arguments: N (1000) homes, V (16) values of 16 bits each. All that is checked is made by the code under
 * test, from one seed; the many proofs of a batch are 8 different ones over and over, since to make a
 * thousand would take a minute and to check them costs the same. References in the same run: one
 * multiplication by libsodium; the sum that one 16x16 range proof asks for, term by term through libsodium.
 *
 *   bench proofs --json
 *   valgrind --tool=callgrind build/tests/bench proofs --count 1      one round of N homes and nothing else
 */
#include "tests/bench/bench.h"

#include "crypto/range_proof.h"
#include "crypto/ring.h"
#include "tests/support/bases.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUES = 16,
    BITS = 16,
    DIFFERENT = 8,
    MEMBERS = 31,
    THRESHOLD = 16,
    HOMES_MAX = 1000,
    RING_PROOFS = 1000,
    NAIVE_TERMS = 550
};

struct bench_proofs {
    struct rng rng;
    size_t homes, value_count;
    struct group_key key; /* the season's, and every home's in turn */
    struct point roster[RING_MAX];
    const struct deal_bases *bases;
    struct batch_room *room;
    uint8_t deals[DIFFERENT][DEAL_MAX], admissions[DIFFERENT][ADMISSION_MAX];
    struct deal_item deal_items[HOMES_MAX];
    struct ciphertext pairs[HOMES_MAX][VALUES];
    struct admission_item admission_items[HOMES_MAX];
    uint64_t values[VALUES];
    size_t ring_size; /* of the ring that is measured */
};

static const uint8_t topic[] = "topic", context[] = "context";

/* ---- Made once. */

static void make_roster(struct bench_proofs *b)
{
    uint8_t seed[KEY_SIZE];

    for (size_t i = 0; i < RING_MAX; i++) {
        struct group_key key;

        rng_fill(&b->rng, seed, sizeof seed);
        group_key_init(&key, seed);
        b->roster[i] = key.public_point;
        if (i == 0)
            b->key = key;
    }
}

static bool make_deals(struct bench_proofs *b)
{
    for (size_t i = 0; i < b->homes; i++) {
        struct deal_item *item = &b->deal_items[i];

        item->context = BYTES(context);
        item->out = b->pairs[i];
        item->deal = b->deal_items[i % DIFFERENT].deal;
        if (i < DIFFERENT && !deal_make(b->deals[i], &item->deal.size, b->bases, &b->key.public_point,
                                        item->context, b->values, &b->rng))
            return false;
        item->deal.data = b->deals[i % DIFFERENT];
    }
    return true;
}

static bool make_admissions(struct bench_proofs *b, size_t ring, size_t different)
{
    uint8_t nullifier[POINT_SIZE];

    b->ring_size = ring;
    for (size_t i = 0; i < b->homes; i++) {
        struct admission_item *item = &b->admission_items[i];

        item->message = BYTES(context);
        item->proof = b->admission_items[i % different].proof;
        if (i < different && !admission_make(b->admissions[i], &item->proof.size, nullifier, b->roster, ring,
                                             0, &b->key, BYTES(topic), item->message, &b->rng))
            return false;
        item->proof.data = b->admissions[i % different];
    }
    return true;
}

/* ---- Measured. */

static bool deal_made(void *arg)
{
    struct bench_proofs *b = arg;
    size_t size;

    return deal_make(b->deals[0], &size, b->bases, &b->key.public_point, BYTES(context), b->values, &b->rng);
}

static bool deal_checked(void *arg)
{
    struct bench_proofs *b = arg;

    return deal_check(NULL, b->bases, &b->key.public_point, BYTES(context), b->deal_items[0].deal);
}

static bool deals_checked(void *arg)
{
    struct bench_proofs *b = arg;

    deals_check(b->deal_items, b->homes, b->bases, &b->key.public_point, b->room);
    return b->deal_items[0].good && b->deal_items[b->homes - 1].good;
}

static bool admission_made(void *arg)
{
    struct bench_proofs *b = arg;
    uint8_t proof[ADMISSION_MAX], nullifier[POINT_SIZE];
    size_t size;

    return admission_make(proof, &size, nullifier, b->roster, b->ring_size, 0, &b->key, BYTES(topic),
                          BYTES(context), &b->rng);
}

static bool admission_checked(void *arg)
{
    struct bench_proofs *b = arg;
    uint8_t nullifier[POINT_SIZE];

    return admission_check(nullifier, b->roster, b->ring_size, BYTES(topic), BYTES(context),
                           b->admission_items[0].proof);
}

static bool admissions_checked(void *arg)
{
    struct bench_proofs *b = arg;

    admissions_check(b->admission_items, b->homes, b->roster, b->ring_size, BYTES(topic), b->room);
    return b->admission_items[0].good && b->admission_items[b->homes - 1].good;
}

static bool round_checked(void *arg)
{
    return admissions_checked(arg) && deals_checked(arg);
}

/* ---- Range proofs by themselves. */

struct bench_range {
    struct bench_proofs *b;
    struct range_bases bases;
    struct point commitments[VALUES];
    uint8_t proof[RANGE_PROOF_MAX];
    size_t size, batch;
};

static bool range_checked(void *arg)
{
    static struct range_batch batch;
    struct bench_range *r = arg;

    range_batch_begin_many(&batch, &r->bases, r->b->room, r->batch * (VALUES + 4 + 2 * RANGE_ROUNDS_MAX));
    for (size_t i = 0; i < r->batch; i++) {
        struct transcript t;

        transcript_init(&t, "bench");
        if (!range_batch_add(&batch, &t, r->commitments, NULL, (struct bytes){ r->proof, r->size },
                             &r->b->rng))
            return false;
    }
    return range_batch_holds(&batch);
}

static bool range_begin(struct bench_range *r, struct bench_proofs *b)
{
    decaf_255_point_t *memory =
        aligned_alloc(DEAL_BASES_ALIGNMENT, sizeof(decaf_255_point_t) * 2 * VALUES * BITS);
    struct scalar blindings[VALUES], value;
    struct transcript t;

    if (memory == NULL)
        return false;
    r->b = b;
    range_bases_init(&r->bases, memory, BITS, VALUES);
    for (size_t i = 0; i < VALUES; i++) {
        scalar_random(&blindings[i], &b->rng);
        scalar_from_u64(&value, b->values[i]);
        range_commit(&r->commitments[i], &value, &blindings[i]);
    }
    transcript_init(&t, "bench");
    range_prove(r->proof, &r->bases, &t, r->commitments, b->values, blindings, &b->rng);
    r->size = range_proof_size(range_rounds(BITS * VALUES));
    return true;
}

/* ---- Opening by t of n: each home that follows the round checks t shares over 16 sums, and combines them.
 */

struct bench_opening {
    struct bench_proofs *b;
    struct committee_key key;
    struct point points[VALUES];
    uint8_t made[THRESHOLD][VALUES * POINT_SIZE + SHARE_PROOF_SIZE];
    struct bytes shares[THRESHOLD];
    struct scalar secrets[MEMBERS];
    unsigned members[THRESHOLD];
};

static bool share_made(void *arg)
{
    struct bench_opening *o = arg;

    share_make(o->made[0], &o->secrets[0], BYTES(context), o->points, VALUES, &o->b->rng);
    return true;
}

static bool opened(void *arg)
{
    struct bench_opening *o = arg;
    struct point shared[VALUES];

    for (unsigned i = 0; i < THRESHOLD; i++)
        if (!share_check(&o->key.share[i], BYTES(context), o->points, VALUES, o->shares[i]))
            return false;
    return combine(shared, VALUES, o->members, o->shares, THRESHOLD);
}

static void opening_begin(struct bench_opening *o, struct bench_proofs *b)
{
    o->b = b;
    memcpy(o->points, b->roster, sizeof o->points);
    for (unsigned i = 0; i < MEMBERS; i++) {
        scalar_random(&o->secrets[i], &b->rng);
        point_base_times(&o->key.share[i], &o->secrets[i]);
    }
    for (unsigned i = 0; i < THRESHOLD; i++) {
        o->members[i] = i + 1;
        share_make(o->made[i], &o->secrets[i], BYTES(context), o->points, VALUES, &b->rng);
        o->shares[i] = BYTES(o->made[i]);
    }
}

/* ---- References. */

static bool one_multiplication(void *arg)
{
    struct bench_proofs *b = arg;
    uint8_t out[32];

    return crypto_scalarmult_ristretto255(out, b->key.secret.b, b->roster[1].b) == 0;
}

static bool naive_sum(void *arg)
{
    struct bench_proofs *b = arg;
    uint8_t sum[32] = { 0 }, product[32];

    for (size_t i = 0; i < NAIVE_TERMS; i++)
        if (crypto_scalarmult_ristretto255(product, b->key.secret.b, b->roster[i].b) != 0 ||
            crypto_core_ristretto255_add(sum, sum, product) != 0)
            return false;
    return true;
}

/* ---- */

static bool timed(const struct bench_options *options, const char *peer, const char *metric, size_t share,
                  bool (*once)(void *), void *arg)
{
    double rate = bench_rate(options, once, arg);

    if (rate == 0)
        return bench_fail(metric);
    bench_emit(options, peer, metric, 1000 / rate / (double)share, "ms");
    return true;
}

static bool rings(const struct bench_options *options, struct bench_proofs *b)
{
    static const size_t sizes[] = { 16, 64, 256, 1024 };
    char metric[64];

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        if (!make_admissions(b, sizes[i], sizes[i] > 256 ? 2 : 8))
            return bench_fail("admissions");
        snprintf(metric, sizeof metric, "admission_%zu_bytes", sizes[i]);
        bench_emit(options, "coopair", metric, (double)b->admission_items[0].proof.size, "B");
        snprintf(metric, sizeof metric, "admission_%zu_make", sizes[i]);
        if (!timed(options, "coopair", metric, 1, admission_made, b))
            return false;
        snprintf(metric, sizeof metric, "admission_%zu_check", sizes[i]);
        if (!timed(options, "coopair", metric, 1, admission_checked, b))
            return false;
        snprintf(metric, sizeof metric, "admission_%zu_check_of_%zu", sizes[i], b->homes);
        if (!timed(options, "coopair", metric, b->homes, admissions_checked, b))
            return false;
    }
    return true;
}

static bool ranges(const struct bench_options *options, struct bench_proofs *b)
{
    static struct bench_range range;
    bool fine;

    if (!range_begin(&range, b))
        return bench_fail("range");
    bench_emit(options, "coopair", "range_16x16_bytes", (double)range.size, "B");
    range.batch = 1;
    fine = timed(options, "coopair", "range_16x16_check", 1, range_checked, &range);
    range.batch = b->homes;
    fine = fine && timed(options, "coopair", "range_16x16_check_of_many", b->homes, range_checked, &range);
    free(range.bases.g);
    return fine && timed(options, "limit-libsodium", "range_16x16_naive_sum", 1, naive_sum, b);
}

static bool deals_of(const struct bench_options *options, struct bench_proofs *b, const char *kind)
{
    char bytes[64], make[64], one[64], many[64];

    snprintf(bytes, sizeof bytes, "%s_bytes", kind);
    snprintf(make, sizeof make, "%s_make", kind);
    snprintf(one, sizeof one, "%s_check", kind);
    snprintf(many, sizeof many, "%s_check_of_many", kind);
    if (!make_deals(b))
        return bench_fail(kind);
    bench_emit(options, "coopair", bytes, (double)b->deal_items[0].deal.size, "B");
    return timed(options, "coopair", make, 1, deal_made, b) &&
           timed(options, "coopair", one, 1, deal_checked, b) &&
           timed(options, "coopair", many, b->homes, deals_checked, b);
}

/* Without predicates, with the sum of all values between two bounds, and as many yes or no of which one is a yes. */
static bool deals(const struct bench_options *options, struct bench_proofs *b)
{
    static const uint64_t one_yes[VALUES] = { 1 };
    struct deal_shape total = plain_shape(b->value_count, BITS), ballot = plain_shape(b->value_count, 1);
    struct bench_proofs *other = malloc(sizeof *other);
    bool fine = other != NULL && deals_of(options, b, "deal");

    total.predicate_count = ballot.predicate_count = 1;
    for (size_t k = 0; k < b->value_count; k++)
        total.predicates[0].coefficient[k] = ballot.predicates[0].coefficient[k] = 1;
    total.predicates[0].low = 1;
    total.predicates[0].high = ((INT64_C(1) << BITS) - 1) * (int64_t)b->value_count - 1;
    ballot.predicates[0].low = ballot.predicates[0].high = 1;
    if (fine) {
        *other = *b;
        other->bases = bases_for(&total);
        fine = deals_of(options, other, "deal_with_total");
    }
    if (fine) {
        other->bases = bases_for(&ballot);
        memcpy(other->values, one_yes, sizeof one_yes);
        fine = deals_of(options, other, "ballot");
    }
    free(other);
    return fine;
}

static bool openings(const struct bench_options *options, struct bench_proofs *b)
{
    static struct bench_opening opening;

    opening_begin(&opening, b);
    bench_emit(options, "coopair", "share_16_bytes", (double)share_size(VALUES), "B");
    return timed(options, "coopair", "share_16_make", 1, share_made, &opening) &&
           timed(options, "coopair", "open_16_by_16_of_31", 1, opened, &opening);
}

static bool whole_round(const struct bench_options *options, struct bench_proofs *b)
{
    char metric[64];

    if (!make_admissions(b, b->homes, 2))
        return bench_fail("admissions");
    snprintf(metric, sizeof metric, "round_of_%zu_with_%zu_values_bytes", b->homes, b->value_count);
    bench_emit(options, "coopair", metric,
               (double)(b->homes * (b->deal_items[0].deal.size + b->admission_items[0].proof.size)), "B");
    snprintf(metric, sizeof metric, "round_of_%zu_with_%zu_values_check", b->homes, b->value_count);
    return timed(options, "coopair", metric, 1, round_checked, b);
}

/* A quarter of the usual time a figure: there are thirty, and the dearest takes a second by itself. */
bool bench_proofs(const struct bench_options *given)
{
    struct bench_options shorter = *given, *options = &shorter;
    struct bench_proofs *b = calloc(1, sizeof *b);
    struct batch_room *room = aligned_alloc(DEAL_BASES_ALIGNMENT, batch_room_size());
    bool fine = b != NULL && room != NULL;

    shorter.seconds /= 4;
    if (fine) {
        uint64_t homes = bench_arg(options, 0, HOMES_MAX), values = bench_arg(options, 1, VALUES);

        b->room = room;
        b->homes = homes >= 1 && homes <= HOMES_MAX ? (size_t)homes : HOMES_MAX;
        bench_rng(&b->rng, 0x21);
        b->value_count = values >= 1 && values <= VALUES ? (size_t)values : VALUES;
        for (size_t i = 0; i < VALUES; i++)
            b->values[i] = rng_below(&b->rng, 1 << BITS);
        make_roster(b);
        b->bases = bases_of(b->value_count, BITS);
        fine = make_deals(b);
    }
    if (fine && options->count == 0)
        fine = timed(options, "limit-libsodium", "one_multiplication", 1, one_multiplication, b) &&
               ranges(options, b) && rings(options, b) && deals(options, b) && openings(options, b);
    fine = fine && whole_round(options, b);
    free(room);
    free(b);
    return fine;
}
