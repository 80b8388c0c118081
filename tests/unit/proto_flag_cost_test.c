/* Evidence that cannot be judged yet costs nothing each time that a box moves. WIRE 5.3. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static unsigned signatures; /* checked so far */

bool __real_sign_check(const uint8_t *signature, const uint8_t *key, struct bytes message);
bool __wrap_sign_check(const uint8_t *signature, const uint8_t *key, struct bytes message);
bool __wrap_sign_check(const uint8_t *signature, const uint8_t *key, struct bytes message)
{
    signatures++;
    return __real_sign_check(signature, key, message);
}

enum { HOMES = 7, FLAGS = 5 };

/* An opening of the key box, which is not closed, by this member. */
static size_t opening_write(struct round *r, uint8_t out[RECORD_MAX], unsigned member, uint8_t salt)
{
    uint8_t room[256], share[POINT_SIZE + SHARE_PROOF_SIZE] = { salt };
    struct writer w = writer_to(room, sizeof room);

    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ share, share_size(1) });
    return record_write(out, RECORD_MAX, NULL, RECORD_OPEN, topic_id(r->topic), BOX_KEY, round_season(r)->boxes[BOX_KEY].parent,
                        round_signer(r, BOX_KEY, member), (struct bytes){ room, writer_done(&w) });
}

static void flags_that_wait_are_looked_at_for_nothing_when_a_box_moves(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .seed = 1 });

    (void)unused;
    round_play(r, BOX_REGISTRY);
    for (uint8_t i = 0; i < FLAGS; i++) {
        uint8_t opening[RECORD_MAX], room[RECORD_MAX];
        struct writer w = writer_to(room, sizeof room);
        struct round_record flag;

        writer_array(&w, 1);
        writer_bin(&w, (struct bytes){ opening, opening_write(r, opening, 1, i) });
        round_record_make(r, &flag, RECORD_FLAG, BOX_KEY, round_signer(r, BOX_KEY, 2), &w);
        assert_int_equal(topic_add(r->topic, round_bytes(&flag), 0), STATUS_MISSING);
        free(flag.bytes);
    }
    assert_true(topic_pending_bytes(r->topic) > 0);
    for (unsigned m = 1; m <= HOMES; m++) {
        signatures = 0;
        round_key_deal(r, m, 0);
        assert_int_equal(signatures, 1); /* its own */
    }
    assert_true(topic_pending_bytes(r->topic) > 0);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_that_wait_are_looked_at_for_nothing_when_a_box_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
