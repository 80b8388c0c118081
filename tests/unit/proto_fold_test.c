/* proto_fold_test.c - what the fold promises: the same records give the same season, and more records never
 * take anything back. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_whole_round_is_awarded(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 12, .seed = 1 });

    (void)unused;
    round_play(r, BOX_BIDS);
    assert_int_equal(round_season(r)->phase, PHASE_AWARDED);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_whole_round_is_awarded) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
