/* Whatever bytes arrive, every check comes to a verdict, reads nothing beyond them, and says no. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 400 };

struct stranger {
    struct committee c;
    struct bytes bytes; /* exactly as long as allocated, so that the sanitizer sees one byte too many */
};

/* Noise, or noise behind canonical points and scalars, so that the later steps of a check are reached too. */
static void stranger_sends(struct stranger *s, uint8_t *room, size_t size)
{
    bool in_form = rng_below(&s->c.rng, 2) == 0;

    rng_fill(&s->c.rng, room, size);
    for (size_t at = 0; in_form && at + POINT_SIZE <= size; at += POINT_SIZE)
        memcpy(room + at, s->c.members[rng_below(&s->c.rng, s->c.count)].b, POINT_SIZE);
    s->bytes = (struct bytes){ room, size };
}

static void refuse_all(struct stranger *s)
{
    uint8_t out[1024], nullifier[POINT_SIZE];
    struct ciphertext pairs[DEAL_VALUES_MAX];
    struct committee *c = &s->c;
    struct point point;

    for (size_t count = 1; count <= DEAL_VALUES_MAX; count++)
        assert_false(deal_check(pairs, bases_of(count, 16), &c->members[0], text("x"), s->bytes));
    assert_false(beacon_check(pairs, &c->members[0], text("x"), s->bytes));
    assert_false(admission_check(nullifier, c->members, c->count, text("x"), text("m"), s->bytes));
    assert_false(seal_ephemeral(&point, &c->members[0], text("x"), s->bytes));
    assert_true(s->bytes.size > sizeof out || !seal_open(out, &c->keys[0], text("x"), s->bytes));
    assert_false(dkg_deal_check(text("x"), c->members, 5, 3, s->bytes));
    for (size_t count = 0; count < 8; count++)
        assert_false(share_check(&c->members[0], text("x"), c->members, count % 5, s->bytes));
}

static void any_bytes_get_a_verdict(void **unused)
{
    static const size_t sizes[] = { 0, 1, 31, 32, 64, 68, 96, 112, 192, 432, 1152, 4096 };
    struct stranger s;

    (void)unused;
    committee_init(&s.c, 5, 3);
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = i % 2 ? sizes[(size_t)i / 2 % ARRAY_SIZE(sizes)] : (size_t)rng_below(&s.c.rng, 700);
        uint8_t *room = malloc(size ? size : 1);

        assert_non_null(room);
        stranger_sends(&s, room, size);
        refuse_all(&s);
        free(room);
    }
    s.bytes = (struct bytes){ NULL, 0 };
    refuse_all(&s);
}

static void any_evidence_gets_a_verdict(void **unused)
{
    uint8_t complaint[DKG_COMPLAINT_SIZE], honest[DKG_DEAL_MAX];
    struct bytes deal;
    struct stranger s;

    (void)unused;
    committee_init(&s.c, 5, 3);
    deal = committee_deal(honest, &s.c, "x", 1);
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t *room = malloc(deal.size);
        struct dkg_share share;

        assert_non_null(room);
        stranger_sends(&s, complaint, sizeof complaint);
        assert_false(dkg_complaint_check(text("x"), s.c.members, 5, 3, deal, 1 + (unsigned)i % 5, complaint));
        stranger_sends(&s, room, deal.size);
        assert_false(
            dkg_complaint_check(text("x"), s.c.members, 5, 3, s.bytes, 1 + (unsigned)i % 5, complaint));
        assert_false(dkg_share_open(&share, text("x"), s.c.members, 5, 3, s.bytes, 1, &s.c.keys[0]));
        free(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_get_a_verdict),
        cmocka_unit_test(any_evidence_gets_a_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
