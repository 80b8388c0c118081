/* deal.c - what a home gives to a box: its values, encrypted and proved to be small.
 *
 * For each value x_k one random r_k: R_k = r_k*B and C_k = x_k*B + r_k*Y encrypt it to the committee's key Y, V_k = x_k*B + r_k*B~ commits to it
 * on a base whose logarithm nobody knows. The range proof is over the V_k, so it stands even if the whole committee conspires; one folded
 * proof shows that V_k, R_k and C_k are about the same x_k and r_k and that the maker knows them, in this context. Sharing r_k between the two
 * is randomness reuse over independent keys (Kurosawa 2002), which spares a scalar and an answer.
 *
 * Bytes: (R_k, C_k) for each k, V_k for each k, K_V K_R K_C s_x s_r, the range proof. */
#include "crypto/deal_shape.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/stack_depth.h"
#include "crypto/weights.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct ciphertext) == 2 * POINT_SIZE, "no padding");

/* ---- Bases of one shape of deal. */

struct deal_bases {
    size_t count; /* values of a deal */
    struct range_bases range;
    decaf_255_point_t points[];
};

size_t deal_bases_size(const struct deal_shape *shape)
{
    struct range_slots slots;
    size_t size;

    if (!deal_slots(&slots, shape))
        return 0;
    size = sizeof(struct deal_bases) + 2 * slots_length(&slots) * sizeof(decaf_255_point_t);
    return (size + DEAL_BASES_ALIGNMENT - 1) / DEAL_BASES_ALIGNMENT * DEAL_BASES_ALIGNMENT;
}

const struct deal_bases *deal_bases_init(void *memory, const struct deal_shape *shape)
{
    struct deal_bases *bases = memory;
    struct range_slots slots;
    bool fine = deal_slots(&slots, shape);

    _Static_assert(_Alignof(struct deal_bases) <= DEAL_BASES_ALIGNMENT, "as the header says");
    assert(fine && (uintptr_t)memory % DEAL_BASES_ALIGNMENT == 0);
    bases->count = shape->count;
    range_bases_init_slots(&bases->range, bases->points, &slots);
    return bases;
}

/* ---- The parts of a deal. */

struct deal {
    struct ciphertext pairs[DEAL_VALUES_MAX];
    struct point commitments[DEAL_VALUES_MAX];
    struct point k_v, k_r, k_c;
    struct scalar s_x, s_r;
};

/* Everything that is public before the proofs. */
static void deal_transcript(struct transcript *t, const struct deal_bases *bases, const struct deal *deal,
                            const struct point *joint, struct bytes context)
{
    transcript_init(t, LABEL_DEAL);
    transcript_append(t, "context", context);
    transcript_append_point(t, "joint", joint);
    transcript_append_u64(t, "bits", bases->range.bits);
    transcript_append_u64(t, "count", bases->count);
    if (bases->range.bits == 0)
        transcript_append(t, "shape", BYTES(bases->range.shape));
    for (size_t k = 0; k < bases->count; k++) {
        transcript_append_point(t, "r", &deal->pairs[k].r);
        transcript_append_point(t, "c", &deal->pairs[k].c);
        transcript_append_point(t, "v", &deal->commitments[k]);
    }
}

static void append_commitments(struct transcript *t, const struct deal *deal)
{
    transcript_append_point(t, "k_v", &deal->k_v);
    transcript_append_point(t, "k_r", &deal->k_r);
    transcript_append_point(t, "k_c", &deal->k_c);
}

static void append_answers(struct transcript *t, const struct deal *deal)
{
    transcript_append(t, "s_x", BYTES(deal->s_x.b));
    transcript_append(t, "s_r", BYTES(deal->s_r.b));
}

/* ---- Making. */

/* x*B + r*P. Computed as (x + r)*B + r*(P - B): a home with nothing to declare, x = 0, would otherwise be told apart by libsodium's own
 * test for the identity. */
static void hide(struct point *out, const struct scalar *x, const struct scalar *r, const struct point *p)
{
    struct point mask;
    struct scalar sum;

    point_sub(&mask, p, &POINT_BASE);
    point_times(&mask, &mask, r);
    scalar_add(&sum, x, r);
    point_base_times(out, &sum);
    point_add(out, out, &mask);
    sodium_memzero(&mask, sizeof mask);
    scalar_clear(&sum);
}

static void hide_all(struct point *v, struct point *r_out, struct point *c, const struct scalar *x, const struct scalar *r,
                     const struct point *joint)
{
    hide(v, x, r, &POINT_BLINDING);
    point_base_times(r_out, r);
    hide(c, x, r, joint);
}

/* out = nonce + sum c^(k+1) secrets[k] */
static void answer(struct scalar *out, const struct scalar *nonce, const struct scalar *secrets, size_t count,
                   const struct scalar *c)
{
    struct scalar power = *c, part;

    *out = *nonce;
    for (size_t k = 0; k < count; k++) {
        scalar_mul(&part, &power, &secrets[k]);
        scalar_add(out, out, &part);
        scalar_mul(&power, &power, c);
    }
    scalar_clear(&part);
}

struct secrets {
    uint64_t values[DEAL_VALUES_MAX];
    struct scalar x[DEAL_VALUES_MAX], r[DEAL_VALUES_MAX], nonce_x, nonce_r;
};

static void prove_equality(struct deal *deal, struct transcript *t, struct secrets *s, size_t count, const struct point *joint,
                           struct rng *rng)
{
    struct scalar c;

    transcript_nonce(t, &s->nonce_x, "nonce x", (struct bytes){ s->x[0].b, count * SCALAR_SIZE }, rng);
    transcript_nonce(t, &s->nonce_r, "nonce r", (struct bytes){ s->r[0].b, count * SCALAR_SIZE }, rng);
    hide_all(&deal->k_v, &deal->k_r, &deal->k_c, &s->nonce_x, &s->nonce_r, joint);
    declassify(&deal->k_v, 3 * POINT_SIZE);
    append_commitments(t, deal);
    transcript_challenge_scalar(t, "c", &c);
    answer(&deal->s_x, &s->nonce_x, s->x, count, &c);
    answer(&deal->s_r, &s->nonce_r, s->r, count, &c);
    declassify(&deal->s_x, 2 * SCALAR_SIZE);
    append_answers(t, deal);
}

static uint8_t *deal_write(uint8_t *out, const struct deal *deal, size_t count)
{
    memcpy(out, deal->pairs, count * sizeof *deal->pairs);
    out += count * sizeof *deal->pairs;
    memcpy(out, deal->commitments, count * POINT_SIZE);
    out += count * POINT_SIZE;
    memcpy(out, &deal->k_v, EQUALITY_BYTES);
    return out + EQUALITY_BYTES;
}
_Static_assert(offsetof(struct deal, s_r) + SCALAR_SIZE - offsetof(struct deal, k_v) == EQUALITY_BYTES, "one run of bytes");

static void secrets_draw(struct secrets *s, const uint64_t *values, size_t count, struct rng *rng)
{
    memset(s, 0, sizeof *s);
    for (size_t k = 0; k < count; k++) {
        s->values[k] = values[k];
        scalar_from_u64(&s->x[k], values[k]);
        scalar_random(&s->r[k], rng);
    }
}

static __attribute__((noinline)) bool make(uint8_t *out, size_t *size, const struct deal_bases *bases, const struct point *joint, struct bytes context,
                                           const uint64_t *values, struct rng *rng)
{
    struct deal deal = { .k_v = POINT_IDENTITY };
    struct secrets s;
    struct transcript t;

    if (!slots_fit(&bases->range.slots, values) || point_is_identity(joint))
        return false;
    secrets_draw(&s, values, bases->count, rng);
    for (size_t k = 0; k < bases->count; k++)
        hide_all(&deal.commitments[k], &deal.pairs[k].r, &deal.pairs[k].c, &s.x[k], &s.r[k], joint);
    declassify(&deal, sizeof deal); /* ciphertexts and commitments are sent */
    deal_transcript(&t, bases, &deal, joint, context);
    prove_equality(&deal, &t, &s, bases->count, joint, rng);
    range_prove(deal_write(out, &deal, bases->count), &bases->range, &t, deal.commitments, s.values, s.r, rng);
    *size = slots_deal_size(&bases->range.slots);
    sodium_memzero(&s, sizeof s);
    return true;
}

bool deal_make(uint8_t *out, size_t *size, const struct deal_bases *bases, const struct point *joint, struct bytes context,
               const uint64_t *values, struct rng *rng)
{
    bool made = make(out, size, bases, joint, context, values, rng);

    sodium_stackzero(RANGE_DEPTH);
    return made;
}

/* ---- Checking. */

static bool deal_read(struct deal *deal, const struct deal_bases *bases, const uint8_t *in)
{
    bool ok = true;

    memset(deal, 0, sizeof *deal);
    for (size_t k = 0; k < bases->count && ok; k++, in += sizeof *deal->pairs)
        ok = point_take(&deal->pairs[k].r, in) && point_take(&deal->pairs[k].c, in + POINT_SIZE);
    for (size_t k = 0; k < bases->count && ok; k++, in += POINT_SIZE)
        ok = point_take(&deal->commitments[k], in);
    return ok && point_take(&deal->k_v, in) && point_take(&deal->k_r, in + POINT_SIZE) &&
           point_take(&deal->k_c, in + 2 * POINT_SIZE) && scalar_read(&deal->s_x, in + 3 * POINT_SIZE) &&
           scalar_read(&deal->s_r, in + 3 * POINT_SIZE + SCALAR_SIZE);
}

static void subtract_product(struct residue *out, const struct residue *a, const struct residue *b)
{
    struct residue product;

    residue_mul(&product, a, b);
    residue_sub(out, out, &product);
}

/* The coefficients of the V_k go into `more`, since the range proof adds up the V_k too, and that of Y, which is the same point for
 * every deal, into `joint_factor`.
 * w0 (K_V + sum c^(k+1) V_k - s_x B - s_r B~) + w1 (K_R + sum c^(k+1) R_k - s_r B) + w2 (K_C + sum c^(k+1) C_k - s_x B - s_r Y) */
static void add_equality(struct range_batch *batch, struct residue *more, const struct deal *deal, size_t count,
                         struct residue *joint_factor, const struct scalar *c, struct rng *weights)
{
    const struct point *sent[3] = { &deal->k_v, &deal->k_r, &deal->k_c };
    struct residue w[3], factor[3], step, s_x, s_r, part;

    residue_from(&step, c);
    residue_from(&s_x, &deal->s_x);
    residue_from(&s_r, &deal->s_r);
    for (size_t i = 0; i < 3; i++) {
        residue_weight(&w[i], weights);
        msm_add_residue(&batch->sum, &w[i], sent[i]);
        factor[i] = w[i];
    }
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < 3; i++)
            residue_mul(&factor[i], &factor[i], &step);
        more[k] = factor[0];
        msm_add_residue(&batch->sum, &factor[1], &deal->pairs[k].r);
        msm_add_residue(&batch->sum, &factor[2], &deal->pairs[k].c);
    }
    subtract_product(&batch->blinding, &w[0], &s_r);
    subtract_product(&batch->base, &w[1], &s_r);
    residue_add(&part, &w[0], &w[2]);
    subtract_product(&batch->base, &part, &s_x);
    subtract_product(joint_factor, &w[2], &s_r);
}

static bool deal_add(struct range_batch *batch, struct residue *joint_factor, struct deal *deal, const struct deal_bases *bases,
                     const struct point *joint, struct bytes context, struct bytes bytes, struct rng *weights)
{
    struct residue more[DEAL_VALUES_MAX] = { { { 0 } } };
    struct scalar c;
    struct bytes range;
    struct transcript t;

    if (bytes.size != slots_deal_size(&bases->range.slots) || point_is_identity(joint) || !deal_read(deal, bases, bytes.data))
        return false;
    range.size = range_proof_size(range_rounds(bases->range.length));
    range.data = bytes.data + bytes.size - range.size;
    deal_transcript(&t, bases, deal, joint, context);
    append_commitments(&t, deal);
    transcript_challenge_scalar(&t, "c", &c);
    append_answers(&t, deal);
    add_equality(batch, more, deal, bases->count, joint_factor, &c, weights);
    return range_batch_add(batch, &t, deal->commitments, more, range, weights);
}

bool deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint, struct bytes context,
                struct bytes bytes)
{
    struct bytes statement[] = { BYTES(joint->b), context, bytes };
    struct residue joint_factor = { { 0 } };
    struct range_batch batch;
    struct deal deal;
    struct rng weights;

    weights_init(&weights, statement, ARRAY_SIZE(statement));
    range_batch_begin(&batch, &bases->range);
    if (!deal_add(&batch, &joint_factor, &deal, bases, joint, context, bytes, &weights))
        return false;
    msm_add_residue(&batch.sum, &joint_factor, joint);
    if (!range_batch_holds(&batch))
        return false;
    if (out != NULL)
        memcpy(out, deal.pairs, bases->count * sizeof *deal.pairs);
    return true;
}

/* ---- Many at once. */

struct span {
    const struct deal_bases *bases;
    const struct point *joint;
    struct rng weights;
    struct range_batch batch;
    struct batch_room *room;
};

static bool span_holds(struct span *span, struct deal_item *items, size_t count)
{
    size_t count_of_one = span->bases->count, terms = 3 * count_of_one + 7 + 2 * RANGE_ROUNDS_MAX;
    struct rng drawn = span->weights;
    struct residue joint_factor = { { 0 } };
    struct deal deal;

    range_batch_begin_many(&span->batch, &span->bases->range, span->room, count * terms);
    for (size_t i = 0; i < count; i++) {
        if (!deal_add(&span->batch, &joint_factor, &deal, span->bases, span->joint, items[i].context, items[i].deal,
                      &drawn))
            return false;
        if (items[i].out != NULL)
            memcpy(items[i].out, deal.pairs, count_of_one * sizeof *deal.pairs);
    }
    msm_add_residue(&span->batch.sum, &joint_factor, span->joint);
    return range_batch_holds(&span->batch);
}

static void span_check(struct span *span, struct deal_item *items, size_t count)
{
    if (span_holds(span, items, count)) {
        for (size_t i = 0; i < count; i++)
            items[i].good = true;
    } else if (count > 1) {
        span_check(span, items, count / 2);
        span_check(span, items + count / 2, count - count / 2);
    }
}

void deals_check(struct deal_item *items, size_t count, const struct deal_bases *bases, const struct point *joint,
                 struct batch_room *room)
{
    struct span span = { .bases = bases, .joint = joint, .room = room };
    uint8_t hash[HASH_SIZE] = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct bytes chain[] = { BYTES(hash), BYTES(joint->b), items[i].context, items[i].deal };

        hash_parts(hash, LABEL_WEIGHTS, chain, ARRAY_SIZE(chain));
        items[i].good = false;
    }
    rng_init(&span.weights, hash);
    if (count > 0)
        span_check(&span, items, count);
}
