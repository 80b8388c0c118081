/* A ring prover that follows the protocol but for lies that cancel where two equations, or two proofs, have one weight. The prover is the
 * project's own, of which what it commits to is changed just before the challenge: all that comes after is computed from the lie. */
#include "crypto/ring_shared.h"

static void lying_challenge(struct scalar *xi, struct transcript *t, const struct ring_commitments *sent, unsigned digits);
void lying_prove(uint8_t *out, struct point *nullifier, const struct ring *ring, struct transcript *t, size_t index,
                 const struct scalar *secret, struct rng *rng);
#define ring_prove lying_prove
#define ring_challenge lying_challenge
#include "crypto/ring_prove.c"
#undef ring_prove
#undef ring_challenge

#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 5, EQUATIONS = 4 };

/* Of each equation a point that moves it alone: A and D stand in theirs with a plus, X and Y with a minus. What is added to it, in B. */
static int lies[EQUATIONS];

static void lying_challenge(struct scalar *xi, struct transcript *t, const struct ring_commitments *sent, unsigned digits)
{
    struct ring_commitments *told = (struct ring_commitments *)(uintptr_t)sent;
    struct point *of[EQUATIONS] = { &told->a, &told->d, &told->x[0], &told->y[0] };

    for (size_t i = 0; i < EQUATIONS; i++)
        if (lies[i] > 0)
            point_add(of[i], of[i], &POINT_BASE);
        else if (lies[i] < 0)
            point_sub(of[i], of[i], &POINT_BASE);
    ring_challenge(xi, t, sent, digits);
}

struct proved {
    struct point nullifier;
    uint8_t bytes[RING_PROOF_MAX];
};

static struct committee homes;
static struct ring ring;

static int ring_begin(void **unused)
{
    struct point g[RING_GENERATORS_MAX], h;

    (void)unused;
    committee_init(&homes, HOMES, 3);
    ring_generators(g, &h);
    ring_init(&ring, RING_BITS, homes.members, HOMES, &homes.members[0], g, &h);
    return 0;
}

/* by: what moves equation `at`, whichever its sign. */
static void move(size_t at, int by)
{
    lies[at] = at < 2 ? by : -by;
}

static void prove(struct proved *out)
{
    struct transcript t;

    transcript_init(&t, "lie");
    lying_prove(out->bytes, &out->nullifier, &ring, &t, 2, &homes.keys[2].secret, &homes.rng);
    memset(lies, 0, sizeof lies);
}

static bool accepted(const struct proved *proofs, size_t count)
{
    static struct ring_batch batch;
    bool fine = true;

    ring_batch_begin(&batch, &ring, NULL, count);
    for (size_t i = 0; i < count && fine; i++) {
        struct transcript t;

        transcript_init(&t, "lie");
        fine = ring_batch_add(&batch, &t, &proofs[i].nullifier,
                              (struct bytes){ proofs[i].bytes, ring_proof_size(ring.base, ring.digits) }, &homes.rng);
    }
    return fine && ring_batch_holds(&batch);
}

static void one_lie_is_found_in_each_equation(void **unused)
{
    struct proved proof;

    (void)unused;
    prove(&proof);
    assert_true(accepted(&proof, 1));
    for (size_t i = 0; i < EQUATIONS; i++) {
        move(i, 1);
        prove(&proof);
        assert_false(accepted(&proof, 1));
    }
}

static void lies_in_two_equations_do_not_cancel(void **unused)
{
    struct proved proof;

    (void)unused;
    for (size_t i = 0; i < EQUATIONS; i++)
        for (size_t j = 0; j < EQUATIONS; j++) {
            if (i == j)
                continue;
            move(i, 1);
            move(j, -1);
            prove(&proof);
            if (accepted(&proof, 1))
                fail_msg("equations %zu and %zu have one weight", i, j);
        }
}

static void lies_in_two_proofs_do_not_cancel(void **unused)
{
    struct proved proofs[2];

    (void)unused;
    for (size_t i = 0; i < EQUATIONS; i++)
        for (size_t j = 0; j < EQUATIONS; j++) {
            move(i, 1);
            prove(&proofs[0]);
            move(j, -1);
            prove(&proofs[1]);
            assert_false(accepted(proofs, 2));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_lie_is_found_in_each_equation),
        cmocka_unit_test(lies_in_two_equations_do_not_cancel),
        cmocka_unit_test(lies_in_two_proofs_do_not_cancel),
    };
    return cmocka_run_group_tests(tests, ring_begin, NULL);
}
