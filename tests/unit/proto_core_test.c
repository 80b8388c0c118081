/* Stories of homes that find each other, keep the same records, and part with who does not keep the rules. */
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world *street(int homes, uint64_t seed)
{
    struct world *w = world_new(homes, seed);

    for (int i = 0; i < homes; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    return w;
}

static void three_homes_find_each_other_from_one_address(void **unused)
{
    struct world *w = street(3, 1);

    (void)unused;
    world_run(w, 5000);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world_links(w, i), 2);
        for (int j = 0; j < 3; j++)
            assert_int_equal(world_linked(w, i, j), i != j);
    }
    world_free(w);
}

static void a_round_and_its_records_reach_everybody(void **unused)
{
    struct world *w = street(12, 2);
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 10000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    for (int i = 0; i < 12; i++) {
        assert_non_null(core_topic_find(w->homes[i].core, topic));
        assert_int_equal(world_enrol(w, i, topic), STATUS_OK);
    }
    world_run(w, 5000);
    assert_true(world_alike(w));
    assert_int_equal(world_records(w, 7), 12);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_homes_find_each_other_from_one_address),
        cmocka_unit_test(a_round_and_its_records_reach_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
