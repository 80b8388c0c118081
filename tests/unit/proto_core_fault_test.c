/* Every allocation of two homes that meet and share a round fails in its turn. Never a crash; afterwards they
 * go on as if nothing had been: linked, alike, and with on disk exactly what they have in memory. */
#include "tests/support/fault.h"

#include "proto/core/effects.h"
#include "tests/support/world_story.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Only the core's own allocations are to fail, not those of the world around it. */
static void around(bool inside)
{
    fault.kinds = inside ? FAULT_MEMORY : 0;
}

static void enrol(struct world *w, int at, const uint8_t topic[ID_SIZE])
{
    while (world_enrol(w, at, topic) == STATUS_NOMEM)
        continue;
}

static void check(struct world *w, const uint8_t topic[ID_SIZE])
{
    assert_true(world_linked(w, 0, 1) && world_linked(w, 1, 0));
    assert_true(world_alike(w));
    for (int i = 0; i < 2; i++) {
        struct topic *round = core_topic_find(w->homes[i].core, topic);

        assert_non_null(round);
        assert_int_equal(topic_record_count(round), world_records(w, i));
        for (size_t j = 0; j < topic_record_count(round); j++) {
            struct record record;

            assert_true(record_read(&record, topic_record_at(round, j)));
            assert_true(world_has(w, i, record.id));
        }
        assert_non_null(world_find(&w->homes[i], EFFECT_KEEP_SECRET, topic));
        assert_int_equal(w->homes[i].phase, topic_season(round)->phase);
    }
    assert_int_equal(world_records(w, 0), 6); /* both enrolments, and the founder's seen, cut and votes */
}

/* true: there was a k-th allocation. */
static bool evening(long k)
{
    struct world *w = world_new(2, 1);
    uint8_t topic[ID_SIZE];
    bool fired;

    fault_arm(0, k, false);
    w->around = around;
    w->fresh_effects = true;
    world_belong(w, 0, -1);
    world_belong(w, 1, 0);
    world_run(w, 2000);
    world_found(w, 0, "pellets", "demo", topic);
    world_run(w, 500);
    enrol(w, 0, topic);
    for (int i = 0; i < 16 && core_topic_find(w->homes[1].core, topic) == NULL; i++)
        world_run(w, 500);
    enrol(w, 1, topic);
    world_cut(w, 0, 1, false);
    world_run(w, 3000);
    world_join(w, 0, 1);
    world_run(w, 5 * 60 * 1000);
    fired = fault_disarm();
    check(w, topic);
    world_free(w);
    return fired;
}

static void each_allocation_may_fail(void **unused)
{
    long k = 1, tried = 0;

    (void)unused;
    /* Each of the first hundreds, then a sample: the later ones are the same calls again. */
    while (evening(k)) {
        k += 1 + k / 64;
        tried++;
    }
    assert_true(tried > 100);
}

/* ---- What effects carry to the disk can be a secret. */

static const uint8_t secret[KEY_SIZE] = "sixteen bytes of one, and others";
static unsigned given_back;

static void watch(const void *data, size_t size)
{
    given_back += memmem(data, size, secret, sizeof secret) != NULL;
}

static void no_effect_leaves_its_bytes_in_memory(void **unused)
{
    struct effects effects = { 0 };
    const uint8_t *arena;

    (void)unused;
    fault_freed = watch;
    for (size_t more = 0; more < 3; more++) {
        assert_true(effects_reserve(&effects, 1, more << 16)); /* grows, and moves */
        assert_true(effects_reserve(&effects, 1, sizeof secret));
        effects_add(&effects, EFFECT_KEEP_SECRET, BYTES(secret));
    }
    arena = effects.arena;
    effects_reset(&effects);
    assert_null(memmem(arena, effects.arena_room, secret, sizeof secret));
    effects_add(&effects, EFFECT_KEEP_SECRET, BYTES(secret));
    effects_clear(&effects);
    fault_freed = NULL;
    assert_int_equal(given_back, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(no_effect_leaves_its_bytes_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
