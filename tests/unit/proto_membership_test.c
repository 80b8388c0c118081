/* Small groups are a full mesh, larger ones a connected net of few links; who cannot be called calls; islands
 * find each other. WIRE 10.4, 10.9. */
#include "proto/core/core_state.h"
#include "tests/support/world_story.h"

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

static size_t links_all(struct world *w)
{
    size_t count = 0;

    for (int i = 0; i < w->home_count; i++)
        count += world_links(w, i);
    return count;
}

/* How many homes can be reached from one over links. */
static int reached(struct world *w, int from)
{
    bool seen[WORLD_HOMES_MAX] = { false };
    int queue[WORLD_HOMES_MAX] = { from }, count = 1;

    seen[from] = true;
    for (int at = 0; at < count; at++) {
        for (int i = 0; i < w->home_count; i++) {
            if (!seen[i] && w->homes[i].core != NULL && world_linked(w, queue[at], i)) {
                seen[i] = true;
                queue[count++] = i;
            }
        }
    }
    return count;
}

static void up_to_eight_homes_link_everybody_to_everybody_once(void **unused)
{
    (void)unused;
    for (int homes = 2; homes <= FULL_MESH_MAX; homes++) {
        struct world *w = street(homes, (uint64_t)homes);

        world_run(w, 10000);
        for (int i = 0; i < homes; i++) {
            assert_int_equal(world_links(w, i), homes - 1); /* one each, though both sides dial */
            assert_int_equal(reached(w, i), homes);
        }
        world_run(w, 3600 * 1000);
        assert_int_equal(links_all(w), homes * (homes - 1));
        world_free(w);
    }
}

/* Both dial at the same moment: WIRE 10.4 says which link stays. */
static void of_two_links_the_one_dialled_by_the_lower_key_stays(void **unused)
{
    (void)unused;
    for (uint64_t seed = 60; seed < 68; seed++) {
        struct world *w = world_new(2, seed);
        struct peer_view peers[4];
        bool lower;

        world_belong(w, 0, 1);
        world_belong(w, 1, 0);
        world_run(w, 10000);
        lower = memcmp(core_link_key(w->homes[0].core), core_link_key(w->homes[1].core), KEY_SIZE) < 0;
        assert_int_equal(core_peers(w->homes[0].core, peers, ARRAY_SIZE(peers)), 1);
        assert_true(peers[0].linked);
        if (w->wire_count == 2) /* else one dial was early enough to make the other needless */
            assert_int_equal(peers[0].incoming, !lower);
        assert_int_equal(links_all(w), 2);
        world_free(w);
    }
}

static void larger_groups_are_connected_by_few_links(void **unused)
{
    static const int sizes[] = { 12, 40 };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct world *w = street(sizes[i], 21 + i);

        world_run(w, 10 * 60 * 1000);
        assert_int_equal(reached(w, 0), sizes[i]);
        for (int home = 0; home < sizes[i]; home++) {
            assert_true(world_links(w, home) >= ACTIVE_VIEW);
            assert_true(world_links(w, home) <= ACTIVE_MAX + 1);
        }
        assert_true(links_all(w) < (size_t)sizes[i] * 12);
        world_free(w);
    }
}

static void homes_that_cannot_be_called_call(void **unused)
{
    struct world *w = world_new(12, 22);

    (void)unused;
    for (int i = 0; i < 12; i++) {
        w->homes[i].mute = i != 0; /* one of them has a port open to the world */
        world_belong(w, i, i == 0 ? -1 : 0);
    }
    world_run(w, 60000);
    assert_int_equal(world_links(w, 0), 11);
    assert_int_equal(reached(w, 5), 12);
    world_free(w);
}

static void islands_heal_within_two_visits(void **unused)
{
    enum { HOMES = 24 };
    struct world *w = street(HOMES, 23);
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 10 * 60 * 1000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 10000);
    for (int a = 0; a < HOMES; a++)
        for (int b = 0; b < a; b++)
            if (a % 2 != b % 2)
                world_cut(w, a, b, false);
    world_run(w, 3600 * 1000); /* both sides have full views of their own */
    for (int i = 0; i < HOMES; i += 5)
        world_enrol(w, i, topic);
    world_run(w, 10000);
    assert_int_equal(reached(w, 0), HOMES / 2);
    assert_false(world_alike(w));
    for (int a = 0; a < HOMES; a++)
        for (int b = 0; b < a; b++)
            world_join(w, a, b);
    world_run(w, 2 * VISIT_MS);
    assert_int_equal(reached(w, 0), HOMES);
    assert_true(world_alike(w));
    world_free(w);
}

/* Two streets met while the way between them was down; one home of the second has an address in the first from its household. No round has
 * come to the second, so nothing changes there that would be worth a visit. */
static void an_address_from_the_household_is_called_until_it_was_reached_once(void **unused)
{
    enum { HALF = 12 };
    struct world *w = world_new(2 * HALF, 24);
    uint8_t topic[ID_SIZE];

    (void)unused;
    for (int a = 0; a < HALF; a++)
        for (int b = HALF; b < 2 * HALF; b++)
            world_cut(w, a, b, false);
    for (int i = 0; i < 2 * HALF; i++)
        world_belong(w, i, i % HALF == 0 ? -1 : i - i % HALF);
    world_run(w, 60000);
    world_belong(w, HALF + 5, 0);
    world_run(w, 60000);
    assert_int_equal(reached(w, 0), HALF);
    assert_int_equal(reached(w, HALF), HALF);
    world_found(w, 0, "pellets", "street", topic);
    for (int a = 0; a < HALF; a++)
        for (int b = HALF; b < 2 * HALF; b++)
            world_join(w, a, b);
    world_run(w, 2 * REDIAL_MIN_MS * 64); /* it was tried six times by now */
    assert_int_equal(reached(w, 0), 2 * HALF);
    for (int i = 0; i < 2 * HALF; i++)
        assert_non_null(core_topic_find(w->homes[i].core, topic));
    world_free(w);
}

static void most_killed_at_once_the_rest_find_each_other(void **unused)
{
    enum { HOMES = 40, LEFT = 8 };
    struct world *w = street(HOMES, 24);

    (void)unused;
    world_run(w, 10 * 60 * 1000);
    for (int i = LEFT; i < HOMES; i++)
        world_stop(w, i);
    world_run(w, 2 * 60 * 1000);
    for (int i = 0; i < LEFT; i++)
        assert_int_equal(reached(w, i), LEFT);
    world_free(w);
}

static void a_link_that_dies_without_a_sign_is_replaced(void **unused)
{
    struct world *w = street(2, 25);

    (void)unused;
    world_run(w, 5000);
    assert_true(world_linked(w, 0, 1));
    world_cut(w, 0, 1, true);
    world_run(w, 2 * IDLE_CLOSE_MS);
    assert_int_equal(links_all(w), 0);
    world_join(w, 0, 1);
    world_run(w, REDIAL_MAX_MS + REDIAL_MAX_MS / 4 + 5000);
    assert_true(world_linked(w, 0, 1) && world_linked(w, 1, 0));
    assert_int_equal(links_all(w), 2);
    world_free(w);
}

/* One side has forgotten the link (its address changed), the other has not noticed: the new one must not be
 * refused for the old one. */
static void a_home_that_comes_back_is_let_in_though_its_old_link_seems_alive(void **unused)
{
    (void)unused;
    for (int who = 0; who < 2; who++) {
        struct world *w = street(2, 26);

        world_run(w, 5000);
        for (size_t i = 0; i < w->wire_count; i++)
            w->wires[i].lost = true; /* the other side hears nothing of the stop */
        world_stop(w, who);
        world_start(w, who);
        world_run(w, 5000);
        assert_true(world_linked(w, who, !who));
        world_run(w, IDLE_CLOSE_MS + 10000);
        assert_int_equal(links_all(w), 2);
        world_free(w);
    }
}

static void nobody_dials_himself_twice_or_the_dead_often(void **unused)
{
    struct world *w = world_new(2, 27);
    size_t dials;

    (void)unused;
    world_belong(w, 0, 0); /* its own address in the invitation */
    world_run(w, 3600 * 1000);
    assert_int_equal(w->wire_count, 1);
    world_belong(w, 0, 1); /* somebody who is off */
    world_run(w, 3600 * 1000);
    dials = w->wire_count - 1;
    assert_true(dials > 10 && dials < 30);
    world_belong(w, 1, -1);
    world_run(w, REDIAL_MAX_MS + REDIAL_MAX_MS / 4);
    assert_true(world_linked(w, 0, 1));
    world_free(w);
}

static void an_announcement_wakes_a_patient_dial(void **unused)
{
    struct world *w = world_new(2, 28);
    struct event heard = { .type = EVENT_HEARD };

    (void)unused;
    world_belong(w, 0, 1);
    world_run(w, 3600 * 1000);
    world_belong(w, 1, -1);
    group_id(heard.group, w->secret);
    heard.address = w->homes[1].address;
    world_step(w, 0, heard);
    world_run(w, 3000);
    assert_true(world_linked(w, 0, 1));
    world_free(w);
}

/* Who repeats its packets makes this home dial no more often than it speaks itself. */
static void a_packet_repeated_dials_no_more_often_than_a_home_speaks(void **unused)
{
    enum { MINUTES = 10 };
    struct world *w = world_new(2, 31);
    struct event heard = { .type = EVENT_HEARD };
    size_t dials;

    (void)unused;
    world_belong(w, 0, -1);
    group_id(heard.group, w->secret);
    heard.address = w->homes[1].address;
    for (int s = 0; s < MINUTES * 60; s++) {
        world_step(w, 0, heard);
        world_run(w, 1000);
    }
    dials = w->wire_count;
    assert_true(dials > MINUTES && dials < MINUTES * 60000 / REDIAL_HEARD_MS + 8); /* and the first few, a second apart and more */
    world_belong(w, 1, -1); /* does not call: it knows nobody */
    world_step(w, 0, heard);
    world_run(w, REDIAL_HEARD_MS + 1000);
    assert_true(world_linked(w, 0, 1));
    world_free(w);
}

static bool knows(struct world *w, int at, int other)
{
    const struct group *group = w->homes[at].core->groups[0];

    for (size_t i = 0; i < group->peer_count; i++) {
        if (strcmp(group->peers[i].address, w->homes[other].address) == 0)
            return true;
    }
    return false;
}

/* Addresses of nobody, as many as are taken. */
static void flood(struct world *w, int at, int minutes, unsigned *next)
{
    struct event heard = { .type = EVENT_HEARD };
    char address[ADDRESS_MAX];

    group_id(heard.group, w->secret);
    heard.address = address;
    for (int minute = 0; minute < minutes; minute++) {
        for (int i = 0; i < ADDRESSES_PER_MIN; i++) {
            snprintf(address, sizeof address, "172.16.%u.%u:7711", *next / 250 % 250, *next % 250);
            ++*next;
            world_step(w, at, heard);
        }
        world_run(w, 60000);
    }
}

static void a_flood_of_addresses_takes_nobodys_place_who_worked(void **unused)
{
    enum { HOMES = 20 };
    struct world *w = street(HOMES, 30);
    unsigned next = 0;

    (void)unused;
    world_run(w, 2 * 3600 * 1000);
    for (int i = 1; i < HOMES; i++)
        assert_true(knows(w, 0, i));
    for (int i = 2; i < HOMES; i++)
        world_stop(w, i); /* for the night: what does not answer gives way first */
    flood(w, 0, 60, &next);
    for (int again = 0; again < 2; again++) {
        for (int i = 1; i < HOMES; i++)
            assert_true(knows(w, 0, i));
        world_stop(w, 0);
        world_start(w, 0);
        flood(w, 0, 10, &next);
    }
    for (int i = 2; i < HOMES; i++)
        world_start(w, i);
    world_run(w, 2 * REDIAL_MAX_MS);
    assert_int_equal(reached(w, 0), HOMES);
    world_free(w);
}

static void an_idle_home_is_quiet(void **unused)
{
    struct world *w = street(9, 29);
    uint8_t topic[ID_SIZE];
    uint64_t bytes, steps;

    (void)unused;
    world_run(w, 60000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 10 * 60 * 1000);
    bytes = w->homes[3].bytes_sent;
    steps = w->homes[3].steps;
    world_run(w, 3600 * 1000);
    bytes = (w->homes[3].bytes_sent - bytes) / 3600;
    steps = (w->homes[3].steps - steps) / 3600;
    printf("idle, %zu links: %llu bytes a second sent, %llu wake-ups\n", world_links(w, 3),
           (unsigned long long)bytes, (unsigned long long)steps);
    assert_true(bytes < 25 * world_links(w, 3)); /* 50 B/s a neighbour, both ways */
    assert_true(steps < 2);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_eight_homes_link_everybody_to_everybody_once),
        cmocka_unit_test(of_two_links_the_one_dialled_by_the_lower_key_stays),
        cmocka_unit_test(larger_groups_are_connected_by_few_links),
        cmocka_unit_test(homes_that_cannot_be_called_call),
        cmocka_unit_test(an_address_from_the_household_is_called_until_it_was_reached_once),
        cmocka_unit_test(islands_heal_within_two_visits),
        cmocka_unit_test(most_killed_at_once_the_rest_find_each_other),
        cmocka_unit_test(a_link_that_dies_without_a_sign_is_replaced),
        cmocka_unit_test(a_home_that_comes_back_is_let_in_though_its_old_link_seems_alive),
        cmocka_unit_test(nobody_dials_himself_twice_or_the_dead_often),
        cmocka_unit_test(an_announcement_wakes_a_patient_dial),
        cmocka_unit_test(a_packet_repeated_dials_no_more_often_than_a_home_speaks),
        cmocka_unit_test(a_flood_of_addresses_takes_nobodys_place_who_worked),
        cmocka_unit_test(an_idle_home_is_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
