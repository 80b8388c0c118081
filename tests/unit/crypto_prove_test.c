/* The proofs, written a second time from their description: what is absorbed, in which order, and the
 * equations. A challenge that forgot one of the points would still pass every other test, and could be
 * forged. */
#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void begin(struct transcript *t, const char *label, const char *context)
{
    transcript_init(t, label);
    transcript_append(t, "context", text(context));
}

static void absorb(struct transcript *t, const char *label, const struct point *points, size_t count)
{
    transcript_append_u64(t, "count", count);
    for (size_t i = 0; i < count; i++)
        transcript_append_point(t, label, &points[i]);
}

/* sum of weight^(i + first) * points[i], term by term */
static struct point combination(const struct point *points, size_t count, const struct scalar *weight,
                                unsigned first)
{
    struct point sum = POINT_IDENTITY, term;
    struct scalar power;

    scalar_from_u64(&power, 1);
    for (unsigned i = 0; i < first; i++)
        scalar_mul(&power, &power, weight);
    for (size_t i = 0; i < count; i++) {
        point_times(&term, &points[i], &power);
        point_add(&sum, &sum, &term);
        scalar_mul(&power, &power, weight);
    }
    return sum;
}

/* s*B = K + sum c^(i+1) X_i */
static bool knowledge_holds(struct transcript *t, const struct point *points, size_t count,
                            const uint8_t *proof)
{
    struct scalar challenge, response;
    struct point commitment, left, right;

    assert_true(point_read(&commitment, proof) && scalar_read(&response, proof + 32));
    absorb(t, "known", points, count);
    transcript_append_point(t, "commitment", &commitment);
    transcript_challenge_scalar(t, "challenge", &challenge);
    right = combination(points, count, &challenge, 1);
    point_add(&right, &right, &commitment);
    point_base_times(&left, &response);
    return point_equal(&left, &right);
}

/* s_1*B + s_2*H = K + sum c^(i+1) X_i */
static bool representation_holds(struct transcript *t, const struct point *other, const struct point *points,
                                 size_t count, const uint8_t *proof)
{
    struct scalar challenge, response, other_response;
    struct point commitment, left, right;

    assert_true(point_read(&commitment, proof) && scalar_read(&response, proof + 32) &&
                scalar_read(&other_response, proof + 64));
    absorb(t, "known", points, count);
    transcript_append_point(t, "other base", other);
    transcript_append_point(t, "commitment", &commitment);
    transcript_challenge_scalar(t, "challenge", &challenge);
    right = combination(points, count, &challenge, 1);
    point_add(&right, &right, &commitment);
    point_base_times(&left, &response);
    point_times(&commitment, other, &other_response);
    point_add(&left, &left, &commitment);
    return point_equal(&left, &right);
}

static struct point minus(const struct point *base, const struct scalar *s, const struct point *image,
                          const struct scalar *c)
{
    struct point left, right;

    point_times(&left, base, s);
    point_times(&right, image, c);
    point_sub(&left, &left, &right);
    return left;
}

/* c = H(..., s*B - c*X, s*M - c*Z), M and Z the points and their images combined by the weight. */
static bool equality_holds(struct transcript *t, const struct point *key, const struct point *bases,
                           const struct point *images, size_t count, const uint8_t *proof)
{
    struct scalar weight, c, s, again;
    struct point base, image, commitment;

    assert_true(scalar_read(&c, proof) && scalar_read(&s, proof + 32));
    transcript_append_point(t, "key", key);
    absorb(t, "base", bases, count);
    absorb(t, "image", images, count);
    transcript_challenge_scalar(t, "weight", &weight);
    base = combination(bases, count, &weight, 0);
    image = combination(images, count, &weight, 0);
    commitment = minus(&POINT_BASE, &s, key, &c);
    transcript_append_point(t, "commitment", &commitment);
    commitment = minus(&base, &s, &image, &c);
    transcript_append_point(t, "commitment", &commitment);
    transcript_challenge_scalar(t, "challenge", &again);
    return memcmp(again.b, c.b, SCALAR_SIZE) == 0;
}

static void a_seal_shows_knowledge(void **unused)
{
    uint8_t sealed[5 + SEAL_OVERHEAD];
    struct transcript t;
    struct committee c;
    struct point r;

    (void)unused;
    committee_init(&c, 4, 2);
    seal_make(sealed, &c.members[0], text("bids"), text("hello"), &c.rng);
    assert_true(point_read(&r, sealed));
    begin(&t, LABEL_SEAL_PROOF, "bids");
    transcript_append_point(&t, "to", &c.members[0]);
    transcript_append(&t, "box", (struct bytes){ sealed + 96, 5 + TAG_SIZE });
    assert_true(knowledge_holds(&t, &r, 1, sealed + 32));
}

static void a_key_deal_shows_knowledge_of_all_its_secrets(void **unused)
{
    struct point points[4], blinding;
    uint8_t deal[DKG_DEAL_MAX];
    struct transcript t;
    struct committee c;

    (void)unused;
    committee_init(&c, 5, 3);
    committee_deal(deal, &c, "season", 1);
    dkg_blinding_base(&blinding);
    for (size_t k = 0; k < 3; k++)
        assert_true(point_read(&points[k], deal + k * POINT_SIZE));
    assert_true(point_read(&points[3], deal + 3 * POINT_SIZE + 96));
    begin(&t, LABEL_DKG_PROOF, "season");
    transcript_append_u64(&t, "threshold", 3);
    transcript_append(&t, "members", (struct bytes){ c.members[0].b, 5 * POINT_SIZE });
    transcript_append(&t, "shares", (struct bytes){ deal + 4 * POINT_SIZE + 96, 5 * 80 });
    assert_true(representation_holds(&t, &blinding, points, 4, deal + 3 * POINT_SIZE));
}

/* s_r*B = A + c*R and s_x*B + s_r*Y = A' + c*C */
static void a_beacon_deal_shows_knowledge_of_both_its_secrets(void **unused)
{
    struct point said[4], left, right, part; /* R, C, A, A' */
    struct scalar challenge, answer[2];
    struct committee c;
    struct transcript t;
    uint8_t deal[DEAL_MAX];
    size_t size;

    (void)unused;
    committee_init(&c, 1, 1);
    assert_true(beacon_make(deal, &size, &c.members[0], text("registry"), &c.rng));
    assert_int_equal(size, 6 * 32);
    for (size_t i = 0; i < 4; i++)
        assert_true(point_read(&said[i], deal + 32 * i));
    assert_true(scalar_read(&answer[0], deal + 128) && scalar_read(&answer[1], deal + 160));
    begin(&t, LABEL_BEACON_DEAL, "registry");
    transcript_append_point(&t, "joint", &c.members[0]);
    transcript_append_point(&t, "r", &said[0]);
    transcript_append_point(&t, "c", &said[1]);
    transcript_append_point(&t, "commitment", &said[2]);
    transcript_append_point(&t, "commitment", &said[3]);
    transcript_challenge_scalar(&t, "challenge", &challenge);
    for (size_t i = 0; i < 2; i++) {
        point_times(&right, &said[i], &challenge);
        point_add(&right, &right, &said[2 + i]);
        point_base_times(&left, &answer[i]);
        point_times(&part, &c.members[0], &answer[0]);
        if (i == 1)
            point_add(&left, &left, &part);
        assert_true(point_equal(&left, &right));
    }
}

/* c = H(..., C, Y, s_1*B - c*Y, s_2*H - c*(C - Y)) */
static void a_reveal_shows_what_the_commitment_holds(void **unused)
{
    struct point blinding, commitment, revealed, rest, nonce;
    struct scalar challenge, response[2], again;
    uint8_t reveal[DKG_REVEAL_SIZE];
    struct dkg_share share;
    struct transcript t;
    struct committee c;

    (void)unused;
    committee_init(&c, 5, 3);
    dkg_blinding_base(&blinding);
    share = (struct dkg_share){ c.keys[0].secret, c.keys[1].secret };
    point_times(&commitment, &blinding, &share.blind);
    point_add(&commitment, &commitment, &c.members[0]);
    dkg_reveal_make(reveal, text("digest"), &commitment, &share, &c.rng);
    assert_memory_equal(reveal, c.members[0].b, POINT_SIZE);
    assert_true(point_read(&revealed, reveal) && scalar_read(&challenge, reveal + 32) &&
                scalar_read(&response[0], reveal + 64) && scalar_read(&response[1], reveal + 96));
    point_sub(&rest, &commitment, &revealed);
    begin(&t, LABEL_DKG_REVEAL, "digest");
    transcript_append_point(&t, "commitment", &commitment);
    transcript_append_point(&t, "revealed", &revealed);
    nonce = minus(&POINT_BASE, &response[0], &revealed, &challenge);
    transcript_append_point(&t, "nonce", &nonce);
    nonce = minus(&blinding, &response[1], &rest, &challenge);
    transcript_append_point(&t, "nonce", &nonce);
    transcript_challenge_scalar(&t, "challenge", &again);
    assert_memory_equal(again.b, challenge.b, SCALAR_SIZE);
}

static void a_complaint_and_a_share_show_equal_logarithms(void **unused)
{
    uint8_t deal[DKG_DEAL_MAX], complaint[DKG_COMPLAINT_SIZE], share[3 * POINT_SIZE + SHARE_PROOF_SIZE];
    struct point r, image, images[3];
    struct transcript t;
    struct committee c;
    struct bytes bytes;

    (void)unused;
    committee_init(&c, 5, 3);
    bytes = committee_deal(deal, &c, "season", 1);
    dkg_complaint_make(complaint, text("season"), bytes, 3, 4, &c.keys[3], &c.rng);
    assert_true(point_read(&r, deal + 3 * POINT_SIZE + 96) && point_read(&image, complaint));
    begin(&t, LABEL_COMPLAINT, "season");
    transcript_append(&t, "deal", bytes);
    transcript_append_u64(&t, "index", 4);
    assert_true(equality_holds(&t, &c.members[3], &r, &image, 1, complaint + 32));

    share_make(share, &c.keys[0].secret, text("digest"), c.members + 1, 3, &c.rng);
    for (size_t i = 0; i < 3; i++)
        assert_true(point_read(&images[i], share + i * POINT_SIZE));
    begin(&t, LABEL_SHARE, "digest");
    assert_true(equality_holds(&t, &c.members[0], c.members + 1, images, 3, share + 3 * POINT_SIZE));
}

static struct point nonce_of(const uint8_t proof[SHARE_PROOF_SIZE], const struct point *key)
{
    struct scalar c, s;

    assert_true(scalar_read(&c, proof) && scalar_read(&s, proof + SCALAR_SIZE));
    return minus(&POINT_BASE, &s, key, &c);
}

/* Whoever draws no nonce gives the secret away, and it holds in the equation: only the decoder can tell. */
static void a_seal_without_a_nonce_is_refused(void **unused)
{
    uint8_t sealed[SEAL_OVERHEAD + 3] = { 0 };
    struct bytes box = { sealed + 96, sizeof sealed - 96 };
    struct point ephemeral;
    struct scalar c, s;
    struct transcript t;
    struct committee members;

    (void)unused;
    committee_init(&members, 1, 1);
    ephemeral = members.members[0];
    begin(&t, LABEL_SEAL_PROOF, "bid");
    transcript_append_point(&t, "to", &ephemeral);
    transcript_append(&t, "box", box);
    absorb(&t, "known", &ephemeral, 1);
    transcript_append_point(&t, "commitment", &POINT_IDENTITY);
    transcript_challenge_scalar(&t, "challenge", &c);
    scalar_mul(&s, &c, &members.keys[0].secret);
    memcpy(sealed, ephemeral.b, 32);
    memcpy(sealed + 64, s.b, 32);
    begin(&t, LABEL_SEAL_PROOF, "bid");
    transcript_append_point(&t, "to", &ephemeral);
    transcript_append(&t, "box", box);
    assert_true(knowledge_holds(&t, &ephemeral, 1, sealed + 32));
    assert_false(seal_ephemeral(&ephemeral, &members.members[0], text("bid"), BYTES(sealed)));
}

static void a_key_deal_without_a_nonce_is_refused(void **unused)
{
    uint8_t deal[32 + 96 + 32 + 80] = { 0 };
    struct scalar c, s, square;
    struct point known[2], blinding;
    struct transcript t;
    struct committee members;

    (void)unused;
    committee_init(&members, 1, 1);
    dkg_blinding_base(&blinding);
    known[0] = known[1] = members.members[0]; /* blinded by nothing, which a maker may */
    begin(&t, LABEL_DKG_PROOF, "key");
    transcript_append_u64(&t, "threshold", 1);
    transcript_append(&t, "members", BYTES(known[0].b));
    transcript_append(&t, "shares", (struct bytes){ deal + 160, 80 });
    absorb(&t, "known", known, 2);
    transcript_append_point(&t, "other base", &blinding);
    transcript_append_point(&t, "commitment", &POINT_IDENTITY);
    transcript_challenge_scalar(&t, "challenge", &c);
    scalar_mul(&square, &c, &c);
    scalar_add(&c, &c, &square);
    scalar_mul(&s, &c, &members.keys[0].secret);
    memcpy(deal, known[0].b, 32);
    memcpy(deal + 64, s.b, 32);
    memcpy(deal + 128, known[1].b, 32);
    assert_false(dkg_deal_check(text("key"), members.members, 1, 1, BYTES(deal)));
}

/* Two answers under one nonce give the secret away. Even a source that repeats itself must not make that
 * happen: the nonce depends on what is proved, too. */
static void two_proofs_never_share_a_nonce(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 3 };
    static const char *const contexts[] = { "digest", "digest", "other digest" };
    struct point nonces[3];
    struct committee c;
    struct rng same;

    (void)unused;
    committee_init(&c, 1, 1);
    rng_init(&same, seed);
    for (size_t i = 0; i < 3; i++) {
        uint8_t proof[SHARE_PROOF_SIZE];

        if (i == 2)
            rng_init(&same, seed);
        share_make(proof, &c.keys[0].secret, text(contexts[i]), NULL, 0, &same);
        nonces[i] = nonce_of(proof, &c.members[0]);
        for (size_t j = 0; j < i; j++)
            assert_false(point_equal(&nonces[i], &nonces[j]));
    }
}

/* One place each in which two draws differ: what was said, the label, the secret, the randomness. Without any of these a nonce would come twice
 * where one of the others is broken. */
static void a_nonce_depends_on_all_it_is_drawn_from(void **unused)
{
    static const struct {
        const char *said, *label, *secret;
        uint8_t seed;
    } rows[] = {
        { "a deal", "nonce", "secret", 1 }, { "a bid", "nonce", "secret", 1 },   { "a deal", "other nonce", "secret", 1 },
        { "a deal", "nonce", "sesame", 1 }, { "a deal", "nonce", "secret", 2 },
    };
    struct scalar nonces[ARRAY_SIZE(rows)], again;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint8_t seed[KEY_SIZE] = { rows[i].seed };
        struct transcript t;
        struct rng rng;

        for (unsigned turn = 0; turn < 2; turn++) {
            rng_init(&rng, seed);
            transcript_init(&t, "nonces");
            transcript_append(&t, "said", text(rows[i].said));
            transcript_nonce(&t, turn == 0 ? &nonces[i] : &again, rows[i].label, text(rows[i].secret), &rng);
        }
        assert_memory_equal(&nonces[i], &again, sizeof again);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(&nonces[i], &nonces[j], sizeof nonces[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_shows_knowledge),
        cmocka_unit_test(a_key_deal_shows_knowledge_of_all_its_secrets),
        cmocka_unit_test(a_beacon_deal_shows_knowledge_of_both_its_secrets),
        cmocka_unit_test(a_reveal_shows_what_the_commitment_holds),
        cmocka_unit_test(a_complaint_and_a_share_show_equal_logarithms),
        cmocka_unit_test(a_seal_without_a_nonce_is_refused),
        cmocka_unit_test(a_key_deal_without_a_nonce_is_refused),
        cmocka_unit_test(two_proofs_never_share_a_nonce),
        cmocka_unit_test(a_nonce_depends_on_all_it_is_drawn_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
