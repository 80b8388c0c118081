/* A maker of beacon deals who follows the protocol but for one lie: both equations are asked. What he changes he says in the transcript as
 * changed, so that nothing but the equations stands in his way. */
#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* R, C, A, A' and the answers s_r, s_x, in their order in the deal. */
enum { R, C, A, A_, POINTS, S_R = POINTS, S_X, PLACES, NONE = PLACES };

/* out = r*B, x*B + r*Y */
static void encrypted(struct point out[2], const struct scalar *r, const struct scalar *x, const struct point *joint)
{
    struct point mask;

    point_base_times(&out[0], r);
    point_times(&mask, joint, r);
    point_base_times(&out[1], x);
    point_add(&out[1], &out[1], &mask);
}

static void answer(struct scalar *out, const struct scalar *nonce, const struct scalar *challenge, const struct scalar *secret)
{
    scalar_mul(out, challenge, secret);
    scalar_add(out, out, nonce);
}

static bool accepted(struct committee *c, int lie)
{
    static const char *const said[POINTS] = { "r", "c", "commitment", "commitment" };
    struct scalar secret[2], nonce[2], challenge, one;
    uint8_t deal[PLACES][32];
    struct point points[POINTS];
    struct scalar answers[2];
    struct transcript t;

    for (int i = 0; i < 2; i++) {
        scalar_random(&secret[i], &c->rng);
        scalar_random(&nonce[i], &c->rng);
    }
    encrypted(&points[R], &secret[0], &secret[1], &c->members[0]);
    encrypted(&points[A], &nonce[0], &nonce[1], &c->members[0]);
    if (lie < POINTS)
        point_add(&points[lie], &points[lie], &POINT_BASE);
    transcript_init(&t, LABEL_BEACON_DEAL);
    transcript_append(&t, "context", text("registry"));
    transcript_append_point(&t, "joint", &c->members[0]);
    for (int i = 0; i < POINTS; i++)
        transcript_append_point(&t, said[i], &points[i]);
    transcript_challenge_scalar(&t, "challenge", &challenge);
    scalar_from_u64(&one, 1);
    for (int i = 0; i < 2; i++) {
        answer(&answers[i], &nonce[i], &challenge, &secret[i]);
        if (lie == S_R + i)
            scalar_add(&answers[i], &answers[i], &one);
    }
    memcpy(deal, points, sizeof points);
    memcpy(deal[S_R], answers, sizeof answers);
    return beacon_check(NULL, &c->members[0], text("registry"), (struct bytes){ deal[0], sizeof deal });
}

static void one_lie_is_enough_to_be_refused(void **unused)
{
    struct committee c;

    (void)unused;
    committee_init(&c, 1, 1);
    assert_true(accepted(&c, NONE));
    for (int lie = 0; lie < PLACES; lie++)
        if (accepted(&c, lie))
            fail_msg("lie %d was taken", lie);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_lie_is_enough_to_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
